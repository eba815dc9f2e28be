#include "runtime/train/metrics.h"

#include <sys/stat.h>

#include <cmath>

#include "runtime/formats/atomic_file.h"
#include "runtime/formats/byte_source.h"
#include "runtime/formats/curve.h"
#include "runtime/formats/utf8.h"

namespace rnnc::train {

namespace {

using formats::Record;

std::optional<double> number(const Record& record, std::string_view key) {
  for (const auto& [name, value] : record) {
    if (name != key) continue;
    if (const auto* real = std::get_if<double>(&value)) return *real;
    if (const auto* whole = std::get_if<int64_t>(&value)) return static_cast<double>(*whole);
  }
  return {};
}

// The lines of `text` whose records are at most of this step.
std::string kept_lines(std::string_view text, const std::vector<Record>& records, int64_t step) {
  std::string out;
  for (const Record& record : records) {
    const std::string_view before = text;
    formats::take_line(text);
    const auto at = number(record, "step");
    if (at && *at <= static_cast<double>(step)) out += before.substr(0, before.size() - text.size());
  }
  return out;
}

}  // namespace

Result<formats::JsonlWriter> open_metrics(const std::string& path, int64_t step) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
    // Mends a line that a crash left unfinished.
    if (auto mended = formats::JsonlWriter::open(path); !mended) return mended.error();
    const auto records = formats::read_jsonl(path);
    if (!records) return records.error();
    const auto text = formats::read_text(path);
    if (!text) return text.error();
    const std::string kept = kept_lines(*text, *records, step);
    if (kept != *text) {
      if (auto written = formats::write_file(path, kept); !written) return written.error();
    }
  }
  return formats::JsonlWriter::open(path);
}

Status draw_metrics(const std::string& metrics, const std::string& picture, const std::string& title) {
  const auto records = formats::read_jsonl(metrics);
  if (!records) return records.error();
  formats::Series training{"training", {}};
  formats::Series validation{"validation", {}};
  for (const Record& record : *records) {
    const auto step = number(record, "step");
    if (!step) continue;
    if (const auto loss = number(record, "loss")) training.points.push_back({*step, *loss});
    if (const auto loss = number(record, "val")) validation.points.push_back({*step, *loss});
  }
  formats::Chart chart;
  chart.title = title;
  chart.x_label = "step";
  chart.y_label = "loss";
  for (auto* series : {&training, &validation}) {
    if (!series->points.empty()) chart.series.push_back(std::move(*series));
  }
  if (chart.series.empty()) return ok();
  return formats::write_svg(picture, chart);
}

}  // namespace rnnc::train
