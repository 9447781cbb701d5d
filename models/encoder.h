/* Encoder: text to a unit vector. A BERT-family forward pass over oneDNN (Reimers and Gurevych 2019, mean pooling),
 * described by the model folder's own config.json, never by constants here:
 *     config.json, model.safetensors (mapped, checked by SHA-256), vocab.txt, sentence_bert_config.json
 * (max_seq_length), 1_Pooling/config.json; parry-model.json (ours, optional): name, sha256, query_prefix,
 * passage_prefix.
 *
 * Threads: a parry_encoder is immutable and shared; each worker has a parry_encoder_scratch of its own. */
#ifndef PARRY_MODELS_ENCODER_H
#define PARRY_MODELS_ENCODER_H

#include "base/hash.h"
#include "base/str.h"
#include "models/tokenizer.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_encoder parry_encoder;
typedef struct parry_encoder_scratch parry_encoder_scratch;

typedef enum parry_precision { PARRY_PRECISION_AUTO, PARRY_PRECISION_F32, PARRY_PRECISION_BF16 } parry_precision;
/* "auto", "f32", "bf16"; INVALID otherwise. */
PARRY_MUST parry_code parry_precision_parse(const char *name, parry_precision *out, parry_err *err);

typedef enum parry_text_kind {
    PARRY_QUERY,
    PARRY_PASSAGE
} parry_text_kind; /* some models prefix the two differently */

/* AUTO takes bf16 where the CPU multiplies it natively (AVX512-BF16 or AMX), f32 otherwise; forcing bf16 works, slowly,
 * on AVX-512 without it. The weights' hash is checked; what was found is noted beside them (models/model.c), so only
 * the first opening takes the half second that hashing does. Fails: NOT_FOUND (no such folder or file: Parry then runs
 * on text alone), CORRUPT (hash or shapes), INVALID (an architecture that is not BERT's), UNAVAILABLE (bf16 without
 * AVX-512). */
PARRY_MUST parry_code parry_encoder_open(const char *model_dir, parry_precision precision, parry_encoder **out,
                                         parry_err *err);
void parry_encoder_close(parry_encoder *e); /* NULL is fine */

size_t parry_encoder_dim(const parry_encoder *e);                /* 384 for MiniLM */
size_t parry_encoder_max_tokens(const parry_encoder *e);         /* [CLS] and [SEP] counted */
const char *parry_encoder_name(const parry_encoder *e);          /* "all-MiniLM-L6-v2" */
parry_precision parry_encoder_precision(const parry_encoder *e); /* what is in use, never AUTO */
/* Names the model for caches and segments: weights, vocabulary, precision. Vectors of two identities do not mix. */
parry_hash parry_encoder_identity(const parry_encoder *e);
const parry_tokenizer *parry_encoder_tokenizer(const parry_encoder *e);

parry_encoder_scratch *parry_encoder_scratch_new(const parry_encoder *e);
void parry_encoder_scratch_free(parry_encoder_scratch *s); /* NULL is fine; before its encoder */

/* Token ids as the encoder will see them (the kind's prefix applied); cap >= 2; returns the count. */
size_t parry_encoder_ids(const parry_encoder *e, parry_text_kind kind, parry_str text, int32_t *ids, size_t cap);

/* One text, for queries. vector: dim floats, unit length. Text beyond max_tokens is cut. One core. */
PARRY_MUST parry_code parry_encode(const parry_encoder *e, parry_encoder_scratch *s, parry_text_kind kind,
                                   parry_str text, float *vector, parry_err *err);
/* Many texts, for indexing, on the calling thread: sorted by length inside, batched without padding.
 * vectors: n x dim, row-major, row i for texts[i]. Callers split work over threads, a scratch each. */
PARRY_MUST parry_code parry_encode_batch(const parry_encoder *e, parry_encoder_scratch *s, parry_text_kind kind,
                                         const parry_str *texts, size_t n, float *vectors, parry_err *err);

/* The folder of the default model in the per-user cache ($XDG_CACHE_HOME or ~/.cache, then parry/models/NAME), written
 * to path[cap]; whether it is there shows when it is opened. home and xdg are handed in by main: no getenv below it. */
void parry_model_default_dir(const char *xdg_cache_home, const char *home, char *path, size_t cap);

#ifdef __cplusplus
}
#endif
#endif
