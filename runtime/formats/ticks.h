// Where the axis of a chart has its marks, and what they say.
#pragma once

#include <string>
#include <vector>

namespace rnnc::formats {

struct Tick {
  double value;
  std::string label;  // empty for a minor one
};

struct Axis {
  double low;
  double high;
  bool logarithmic;
  std::vector<Tick> ticks;  // within [low, high], ascending

  // Where a value stands between low (0) and high (1).
  double position(double value) const;
};

// Beyond this size a value is the caller's to leave out.
inline constexpr double kLargestValue = 1e300;

struct LinearTicks {
  int count;              // about as many
  double least_step = 0;  // 1 where only whole numbers make sense
  bool widen = false;     // the ends move outward to ticks
};

// Steps of 1, 2 or 5 times a power of ten.
Axis linear_axis(double low, double high, LinearTicks wanted);

// Powers of ten, with minor ticks between them if there are few; 1, 2, 5 over at most two decades, and within
// one the ticks of a linear axis. 1 / kLargestValue <= low <= high.
Axis logarithmic_axis(double low, double high, int count);

}  // namespace rnnc::formats
