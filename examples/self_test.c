/* Has an object that `rnnc emit` made test itself. */
#include "model.h"

#include <stdio.h>
#include <stdlib.h>

int main(void) {
  char* memory = malloc(MODEL_STATE_BYTES + MODEL_ALIGN);
  float error = -1;
  int answer;
  if (memory == NULL) return 1;
  answer = model_self_test(memory + (MODEL_ALIGN - (uintptr_t)memory % MODEL_ALIGN) % MODEL_ALIGN, &error);
  printf("off by %.1e from double precision, with %lu bytes of memory\n", (double)error,
         (unsigned long)MODEL_STATE_BYTES);
  free(memory);
  return answer == MODEL_OK ? 0 : 1;
}
