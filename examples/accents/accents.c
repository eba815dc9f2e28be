/* Restores accents without rnnc: reads words without accents, one a line, and prints each with its accents
 * behind a tab. */
#include "model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int32_t find(const char* letter, size_t bytes) {
  int32_t i;
  for (i = 0; i < MODEL_VOCABULARY_PLAIN_SIZE; ++i) {
    const char* text = model_vocabulary_plain_text + model_vocabulary_plain_offsets[i];
    if (strlen(text) == bytes && memcmp(text, letter, bytes) == 0) return i;
  }
  return -1;
}

static const char* likeliest(const float* logits) {
  int i, best = 0;
  for (i = 1; i < MODEL_OUT_DIM; ++i) {
    if (logits[i] > logits[best]) best = i;
  }
  return model_vocabulary_word_text + model_vocabulary_word_offsets[best];
}

int main(void) {
  static float logits[MODEL_STEPS_LONGEST * MODEL_OUT_DIM];
  static int32_t plain[MODEL_STEPS_LONGEST];
  char line[MODEL_STEPS_LONGEST + 2], *memory = malloc(MODEL_STATE_BYTES + MODEL_ALIGN);
  float error;
  void* state;
  if (memory == NULL) return 1;
  state = memory + (MODEL_ALIGN - (uintptr_t)memory % MODEL_ALIGN) % MODEL_ALIGN;
  if (model_self_test(state, &error) != MODEL_OK) return 1;
  while (fgets(line, sizeof line, stdin) != NULL) {
    const size_t steps = strcspn(line, "\n");
    size_t t;
    for (t = 0; t < steps; ++t) plain[t] = find(line + t, 1);
    if (model_run(state, plain, logits, steps) != MODEL_OK) return 1;
    printf("%.*s\t", (int)steps, line);
    for (t = 0; t < steps; ++t) fputs(likeliest(logits + t * MODEL_OUT_DIM), stdout);
    putchar('\n');
  }
  free(memory);
  return 0;
}
