// From sequences as files have them to sequences as they are learnt.
#pragma once

#include "runtime/train/dataset.h"
#include "runtime/train/settings.h"

namespace rnnc::train {

// Holds out a share of the sequences, and cuts all into pieces of at most seq_length steps if that is set;
// what is single goes along with each piece. The pieces of one sequence are either all learnt or all held
// out, unless there are too few sequences to hold out any: then the last pieces are. Fails where seq_length
// is set and the model runs over several times, over none, or has a single target, which belongs to a whole
// sequence.
Result<Data> arrange(Dataset all, const Signature& signature, const Settings& settings);

}  // namespace rnnc::train
