// Everything that is trained on, in memory: sequences of their own lengths, padded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/train/model.h"

namespace rnnc::train {

// What the sequences hold for one array of the signature: [sequences, steps, shape...] of its element, or
// [sequences, shape...]. What lies past a sequence's length is never read.
struct Column {
  std::vector<std::byte> values;
  size_t item_bytes = 0;  // of one step, or of a single value
};

struct Dataset {
  int64_t sequences = 0;
  std::vector<int64_t> steps;                 // of each time: how many the columns have room for
  std::vector<std::vector<int32_t>> lengths;  // of each time: one per sequence
  std::vector<Column> columns;                // one per array of the signature

  // The longest of its lengths; 0 where the model has no times. What counts as work.
  int64_t length_of(int64_t sequence) const;
};

// What is learnt and what is only looked at. Both are indices into the data set.
struct Data {
  Dataset all;
  std::vector<int64_t> training;
  std::vector<int64_t> validation;
};

// The arrays of a data set as files have them, each sequence with "lengths.<name>" of its time.
std::vector<formats::Tensor> arrays_of(const Dataset& data, const Signature& signature);

// The same for equal contents: what a resumed training checks.
uint64_t fingerprint(const Dataset& data);

// All but a share of round(share * n) sequences drawn by the seed, of which at least one stays to be learnt.
Data hold_out(Dataset all, double share, uint64_t seed);

// A permutation of `sequences` that depends on nothing else than seed and epoch.
std::vector<int64_t> shuffled(const std::vector<int64_t>& sequences, uint64_t seed, uint64_t epoch);

// What every data set must fulfil: lengths within the steps, whole numbers of tokens within the vocabulary or
// -1, finite real numbers, at least one sequence. `name` is what messages call it; they name array, sequence
// and step.
Status check(const Dataset& data, const Signature& signature, const std::string& name);

}  // namespace rnnc::train
