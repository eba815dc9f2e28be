/* Draws text from char_lm.o as `rnnc sample` does: sample SEED LENGTH TEMPERATURE PRIME
 *   cc -std=c99 -O2 sample.c char_lm.o -o sample */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "char_lm.h"

static void put(int32_t token) {
  const uint32_t* at = char_lm_vocabulary_offsets + token;
  fwrite(char_lm_vocabulary_text + at[0], 1, at[1] - at[0] - 1, stdout);
}

/* The token whose text `text` begins with, or -1. Its length is added to `text`. */
static int32_t take(const char** text) {
  for (int32_t token = 0; token < CHAR_LM_VOCABULARY_SIZE; ++token) {
    const char* entry = char_lm_vocabulary_text + char_lm_vocabulary_offsets[token];
    const size_t length = strlen(entry);
    if (length > 0 && strncmp(*text, entry, length) == 0) return *text += length, token;
  }
  return -1;
}

int main(int argc, char** argv) {
  if (argc != 5) return fprintf(stderr, "usage: %s SEED LENGTH TEMPERATURE PRIME\n", argv[0]), 2;
  uint64_t random = strtoull(argv[1], NULL, 10);
  const float temperature = strtof(argv[3], NULL);
  const char* prime = argv[4];
  static unsigned char memory[CHAR_LM_STATE_BYTES + CHAR_LM_ALIGN];
  void* state = memory + (CHAR_LM_ALIGN - (uintptr_t)memory % CHAR_LM_ALIGN);
  static float logits[CHAR_LM_OUT_DIM];
  if (char_lm_init(state, CHAR_LM_STATE_BYTES) != 0) return 1;
  int32_t token = -1; /* before the first there is none */
  for (long left = strtol(argv[2], NULL, 10); left > 0;) {
    if (char_lm_step(state, &token, logits) != 0) return 1;
    if (*prime != '\0') {
      if ((token = take(&prime)) < 0) return fprintf(stderr, "never learnt: %s\n", prime), 1;
    } else {
      if (char_lm_sample(logits, temperature, &random, &token) != 0) return 1;
      --left;
    }
    put(token);
  }
  putchar('\n');
  return 0;
}
