/* What compiled code and its callers share: machine code made in memory, the trainer, and tests. C99.
 *
 * A compiled function is two symbols, NAME and NAME_scratch. It reads and writes arrays that the caller owns:
 * contiguous, row-major in the order of dims of the function's signature, real = float (or double where the
 * module says so), i32 = int32_t, boolean = uint8_t (0 or 1). Nothing is kept between calls, nothing is
 * allocated, no other function is called. Arrays of results must not overlap any other array. Denormals are
 * flushed inside the call; the caller's setting is restored.
 */
#ifndef RNNC_ABI_H
#define RNNC_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RNNC_ABI_VERSION 2

typedef struct rnnc_arguments {
  const void* const* params; /* one pointer per parameter of the signature, in its order */
  const void* const* inputs; /* likewise; lengths and first states are among them */
  void* const* results;      /* likewise; a null pointer: not wanted */
  int64_t batch;             /* B */
  const int64_t* steps;      /* one number per time dim of the signature; every length is in [0, steps] */
  /* Random draws (the generator is defined in compiler/ir/semantics.md). */
  uint64_t seed, epoch, step;
  const uint64_t* sequence; /* [B]: which sequence each row is; null: row b is sequence b */
  const uint64_t* first_t;  /* [B]: absolute time of step 0; null: 0 */
  void* scratch; /* NAME_scratch(batch, steps) bytes, aligned to RNNC_ALIGN; contents do not matter */
  /* Several threads may run one call together: each of them, and all at the same time, calls the function
   * with its own number in [0, threads) and otherwise the same arguments. barrier(team) returns when all
   * threads have called it as often as this one, and sees to it that what each wrote before is seen by all.
   * Results are the same to the bit. With threads 0 or 1 the other three are not looked at. */
  int64_t threads, thread;
  void (*barrier)(void* team);
  void* team;
} rnnc_arguments;

#define RNNC_ALIGN 64

typedef void (*rnnc_function)(const rnnc_arguments* arguments);
typedef int64_t (*rnnc_scratch)(int64_t batch, const int64_t* steps);

#ifdef __cplusplus
}
#endif
#endif
