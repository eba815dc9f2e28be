// What a training says while it runs.
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <optional>
#include <string>

namespace rnnc::train {

struct Progress {
  int64_t epoch = 0;  // from 1
  std::optional<int64_t> epochs;
  int64_t step = 0;
  std::optional<int64_t> steps;  // where they, not the epochs, end the training
  double loss = 0;               // of the last steps; after an epoch, of all its steps
  std::optional<double> validation;
  bool is_best = false;
  double gradient_norm = 0;  // before clipping
  double rate = 0;           // items a second
  const char* unit = "tok";
  std::optional<double> seconds_left;
};

// epoch 3/50  step 1200  loss 1.732  val 1.801*  |g| 2.13  41.2k tok/s  eta 03:12
std::string progress_line(const Progress& progress);
std::string duration(double seconds);    // 03:12, 1:02:03, 2d 03:04
std::string rate_of(double per_second);  // 0.52, 7.3, 512, 41.2k, 1.3M

// What a training calls. Whatever is printed can be had from it.
class Report {
 public:
  virtual ~Report() = default;
  virtual void step(const Progress& progress) = 0;   // after every step
  virtual void epoch(const Progress& progress) = 0;  // after every epoch and at the end
  virtual void note(const std::string& text) = 0;    // a sentence on a line of its own
};

// On a terminal one live line that each epoch leaves behind, elsewhere a plain line every `seconds` and every
// epoch. `now` counts seconds.
class LineReport : public Report {
 public:
  LineReport(std::FILE* out, bool is_terminal, std::function<double()> now, double seconds = 10);
  ~LineReport() override;

  void step(const Progress& progress) override;
  void epoch(const Progress& progress) override;
  void note(const std::string& text) override;

 private:
  void clear();
  void keep(const std::string& line);

  std::FILE* out_;
  bool is_terminal_;
  std::function<double()> now_;
  double seconds_;
  double last_;
  bool live_ = false;  // a line without an end stands on the terminal
};

}  // namespace rnnc::train
