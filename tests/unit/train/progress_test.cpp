#include "runtime/train/progress.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "runtime/train/interrupt.h"
#include "tests/unit/formats/files.h"

namespace rnnc::train {
namespace {

Progress example() {
  Progress progress;
  progress.epoch = 3;
  progress.epochs = 50;
  progress.step = 1200;
  progress.loss = 1.7321;
  progress.validation = 1.8009;
  progress.is_best = true;
  progress.gradient_norm = 2.131;
  progress.rate = 41'240;
  progress.seconds_left = 191.2;
  return progress;
}

TEST(Progress, IsOneLine) {
  EXPECT_EQ(progress_line(example()),
            "epoch 3/50  step 1200  loss 1.732  val 1.801*  |g| 2.13  41.2k tok/s  eta 03:12");
  Progress progress = example();
  progress.epochs.reset();
  progress.steps = 5000;
  progress.is_best = false;
  progress.unit = "samples";
  EXPECT_EQ(progress_line(progress),
            "epoch 3  step 1200/5000  loss 1.732  val 1.801  |g| 2.13  41.2k samples/s  eta 03:12");
  progress.validation.reset();
  progress.seconds_left.reset();
  progress.loss = 0.0000123;
  progress.gradient_norm = 1e9;
  EXPECT_EQ(progress_line(progress), "epoch 3  step 1200/5000  loss 1.23e-05  |g| 1e+09  41.2k samples/s");
}

TEST(Progress, NumbersAreShort) {
  EXPECT_EQ(rate_of(0.524), "0.52");
  EXPECT_EQ(rate_of(7.31), "7.3");
  EXPECT_EQ(rate_of(512.4), "512");
  EXPECT_EQ(rate_of(999.4), "999");
  EXPECT_EQ(rate_of(999.7), "1.0k");
  EXPECT_EQ(rate_of(1'250'000), "1.2M");
  EXPECT_EQ(rate_of(3e9), "3.0G");
  EXPECT_EQ(duration(0), "00:00");
  EXPECT_EQ(duration(59.2), "01:00");
  EXPECT_EQ(duration(3723), "1:02:03");
  EXPECT_EQ(duration(2 * 86400 + 3 * 3600 + 240), "2d 03:04");
}

std::string printed(bool is_terminal, const std::function<void(LineReport&, double&)>& use) {
  std::FILE* file = std::tmpfile();
  double now = 100;
  {
    LineReport report(file, is_terminal, [&] { return now; }, 10);
    use(report, now);
  }
  std::string out(static_cast<size_t>(std::ftell(file)), ' ');
  std::rewind(file);
  EXPECT_EQ(std::fread(out.data(), 1, out.size(), file), out.size());
  std::fclose(file);
  return out;
}

TEST(Progress, ElsewhereThanOnATerminalLinesAreRareAndPlain) {
  const std::string line = progress_line(example()) + "\n";
  EXPECT_EQ(printed(false,
                    [](LineReport& report, double& now) {
                      report.step(example());
                      now += 9;
                      report.step(example());
                      now += 1;
                      report.step(example());
                      report.step(example());
                      report.note("saved");
                      report.epoch(example());
                    }),
            line + "saved\n" + line);
}

TEST(Progress, OnATerminalOneLineLives) {
  const std::string line = progress_line(example());
  const std::string cut = line.substr(0, 79);
  const std::string wipe = "\r\x1b[K";
  EXPECT_EQ(printed(true,
                    [](LineReport& report, double& now) {
                      report.step(example());
                      now += 1;
                      report.step(example());
                      now += 0.01;
                      report.step(example());
                      now += 1;
                      report.step(example());
                      report.epoch(example());
                      now += 1;
                      report.step(example());
                    }),
            cut + wipe + cut + wipe + line + "\n" + cut + "\n");
}

TEST(Interrupt, TheFirstOnlySetsAFlag) {
  const Interrupt interrupt;
  EXPECT_FALSE(Interrupt::requested());
  std::raise(SIGINT);
  EXPECT_TRUE(Interrupt::requested());
}

TEST(Interrupt, IsOverWithItsScope) {
  static volatile std::sig_atomic_t seen = 0;
  auto* before = std::signal(SIGINT, [](int) { seen = 1; });
  {
    const Interrupt interrupt;
    std::raise(SIGINT);
    EXPECT_EQ(seen, 0);
  }
  std::raise(SIGINT);
  EXPECT_EQ(seen, 1);
  std::signal(SIGINT, before);
}

TEST(Interrupt, TheSecondEndsTheProcess) {
  for (const int signal : {SIGINT, SIGTERM}) {
    const pid_t child = ::fork();
    if (child == 0) {
      const Interrupt interrupt;
      std::raise(signal);
      if (!Interrupt::requested()) ::_exit(1);
      std::raise(signal);
      ::_exit(2);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(WTERMSIG(status), signal);
  }
}

}  // namespace
}  // namespace rnnc::train
