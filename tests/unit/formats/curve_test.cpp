#include "runtime/formats/curve.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "runtime/formats/ticks.h"
#include "tests/unit/formats/files.h"

namespace rnnc::formats {
namespace {

std::vector<std::string> labels(const Axis& axis) {
  std::vector<std::string> out;
  for (const Tick& tick : axis.ticks) {
    if (!tick.label.empty()) out.push_back(tick.label);
  }
  return out;
}

size_t count(std::string_view text, std::string_view part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

using Labels = std::vector<std::string>;

TEST(Ticks, StepsAreRound) {
  EXPECT_EQ(labels(linear_axis(0, 5, {6})), (Labels{"0", "1", "2", "3", "4", "5"}));
  EXPECT_EQ(labels(linear_axis(-0.13, 0.31, {5})), (Labels{"−0.1", "0", "0.1", "0.2", "0.3"}));
  EXPECT_EQ(labels(linear_axis(0, 60'000, {8})), (Labels{"0", "10k", "20k", "30k", "40k", "50k", "60k"}));
  EXPECT_EQ(labels(linear_axis(0, 3e-7, {4})), (Labels{"0", "1×10⁻⁷", "2×10⁻⁷", "3×10⁻⁷"}));
  EXPECT_EQ(labels(linear_axis(1, 5, {8, 1.0})), (Labels{"1", "2", "3", "4", "5"}));
}

TEST(Ticks, WidenedEndsAreTicks) {
  const Axis axis = linear_axis(0.13, 4.4, {.count = 6, .widen = true});
  EXPECT_EQ(axis.low, 0);
  EXPECT_EQ(axis.high, 5);
}

TEST(Ticks, AFlatLineStandsInTheMiddle) {
  for (const double value : {0.0, 1.0, -3e9, 1e-200, 1e299}) {
    const Axis axis = linear_axis(value, value, {6});
    EXPECT_NEAR(axis.position(value), 0.5, 1e-6) << value;
    EXPECT_GE(axis.ticks.size(), 3u) << value;
  }
}

TEST(Ticks, LogarithmicOnesArePowersOfTen) {
  EXPECT_EQ(labels(logarithmic_axis(1e-6, 1e2, 10)),
            (Labels{"10⁻⁶", "10⁻⁵", "10⁻⁴", "0.001", "0.01", "0.1", "1", "10", "100"}));
  EXPECT_EQ(labels(logarithmic_axis(0.5, 20, 8)), (Labels{"0.5", "1", "2", "5", "10", "20"}));
  EXPECT_EQ(labels(logarithmic_axis(2, 4, 4)), (Labels{"2.0", "2.5", "3.0", "3.5", "4.0"}));
  EXPECT_DOUBLE_EQ(logarithmic_axis(0.01, 100, 8).position(1), 0.5);
}

TEST(Ticks, AreFewInsideAndAscendingForEveryRange) {
  for (double low = 1e-300; low < 1e299; low *= 7.3e5) {
    for (double ratio : {1.0, 1.0000001, 1.5, 37.0, 1e4, 1e80}) {
      const double high = std::min(low * ratio, kLargestValue);
      for (const Axis& axis :
           {linear_axis(low, high, {6}), linear_axis(-high, low, {.count = 6, .widen = true}),
            logarithmic_axis(low, high, 6)}) {
        const Labels shown = labels(axis);
        ASSERT_GE(shown.size(), 2u) << low << " " << ratio;
        ASSERT_LE(shown.size(), 13u) << low << " " << ratio;
        for (size_t i = 0; i < axis.ticks.size(); ++i) {
          const double position = axis.position(axis.ticks[i].value);
          ASSERT_TRUE(position >= -1e-5 && position <= 1 + 1e-5) << low << " " << ratio << " " << position;
          if (i > 0) {
            ASSERT_LT(axis.ticks[i - 1].value, axis.ticks[i].value);
          }
        }
      }
    }
  }
}

Chart chart_of(std::vector<Point> points, Scale y_scale = Scale::kLinear) {
  return {"Loss", "step", "nats", Scale::kLinear, y_scale, {{"train", std::move(points)}}};
}

TEST(Curve, HasWhatWasAskedFor) {
  const std::string svg = render_svg(chart_of({{1, 4}, {2, 3}, {3, 2.5}}));
  EXPECT_TRUE(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
  for (const char* text : {">Loss</text>", ">step</text>", ">nats</text>", ">train</text>", ">4.0</text>"}) {
    EXPECT_TRUE(contains(svg, text));
  }
  EXPECT_EQ(count(svg, "<path fill=\"none\""), 1u);
  EXPECT_EQ(count(svg, "<circle"), 3u);
}

TEST(Curve, WhatNoAxisCanShowInterruptsTheLine) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(count(render_svg(chart_of({{1, 4}, {2, 3}, {3, nan}, {4, 2}, {5, 1}, {6, infinity}, {nan, 1}})),
                  "<path fill=\"none\""),
            2u);
  const std::vector<Point> sinking = {{1, 2}, {2, 1}, {3, 0}, {4, -1}, {5, 1}, {6, 2}};
  EXPECT_EQ(count(render_svg(chart_of(sinking)), "<path fill=\"none\""), 1u);
  EXPECT_EQ(count(render_svg(chart_of(sinking, Scale::kLogarithmic)), "<path fill=\"none\""), 2u);
}

TEST(Curve, NothingToShowSaysSo) {
  for (const Scale scale : {Scale::kLinear, Scale::kLogarithmic}) {
    EXPECT_TRUE(contains(render_svg(chart_of({}, scale)), ">no data</text>"));
    EXPECT_TRUE(contains(render_svg(chart_of({{1, std::nan("")}}, scale)), ">no data</text>"));
  }
  EXPECT_TRUE(contains(render_svg({}), ">no data</text>"));
}

TEST(Curve, ManyPointsAreThinnedButKeepTheirPeak) {
  std::vector<Point> points;
  for (int i = 0; i < 300'000; ++i) points.push_back({static_cast<double>(i), i == 123'456 ? 100.0 : 1.0});
  const std::string svg = render_svg(chart_of(points));
  EXPECT_LT(svg.size(), 200'000u);
  EXPECT_EQ(count(svg, "stroke-opacity"), 1u);
  EXPECT_EQ(count(svg, "<path fill=\"none\""), 2u);
  // The axis runs from 0 to 100, so the peak touches the topmost grid line.
  const size_t top = svg.find(">100</text>");
  ASSERT_NE(top, std::string::npos);
  const size_t grid = svg.rfind("<line", top);
  const std::string y = svg.substr(svg.find("y1=\"", grid) + 4,
                                   svg.find('"', svg.find("y1=\"", grid) + 4) - svg.find("y1=\"", grid) - 4);
  EXPECT_TRUE(contains(svg.substr(svg.find("stroke-opacity")), " " + y + "L"));
}

TEST(Curve, TextsAreFitForXml) {
  Chart chart = chart_of({{1, 1}});
  chart.title = "a<b> & \"c\" \x01\xFF";
  chart.series[0].name = std::string(500, 'n');
  const std::string svg = render_svg(chart);
  EXPECT_TRUE(contains(svg, "a&lt;b&gt; &amp; &quot;c&quot; \uFFFD\uFFFD"));
  EXPECT_FALSE(contains(svg, std::string(100, 'n')));
  EXPECT_TRUE(contains(svg, "n…</text>"));
}

TEST(Curve, ExtremesStayInThePicture) {
  for (const Scale scale : {Scale::kLinear, Scale::kLogarithmic}) {
    const std::string svg =
        render_svg(chart_of({{-1e300, 1e300}, {1e300, 1e-300}, {0, 1e-320}, {1, 1.7e308}}, scale));
    EXPECT_FALSE(contains(svg, "nan"));
    EXPECT_FALSE(contains(svg, "inf"));
  }
}

TEST(Curve, IsWrittenWhole) {
  const TemporaryFolder folder;
  const Chart chart = chart_of({{1, 1}, {2, 2}});
  ASSERT_TRUE(write_svg(folder / "c.svg", chart));
  EXPECT_EQ(slurp(folder / "c.svg"), render_svg(chart));
  EXPECT_TRUE(contains(message(write_svg(folder / "none/c.svg", chart)), "does not exist; create it first"));
}

}  // namespace
}  // namespace rnnc::formats
