/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names of regions, as people and programs write them.
 *
 * A name is split into words: at every character that is no letter or digit, where a capital
 * follows a small letter, and between letters and digits. Words for the side, levels (L4, S1),
 * numbers and filler words are taken out; what is left has to be a known name of a structure as a
 * whole, so that "multifidus fat" is not taken for multifidus. docs/tracings.md holds the tables
 * for users.
 */
#include "tracing/names_private.h"

#include <ctype.h>
#include <string.h>

#define WORDS_MAX 24
/* "L" or "R" may stick to an abbreviation (MFL, LMF), a word for the side to any name. */
#define LONGEST_ABBREVIATION 4

typedef struct synonym {
    const char *name; /* words without the blanks between them */
    myo_structure structure;
    tracing_part part;
} synonym;

static const synonym synonyms[] = {
    {"multifidus", MYO_MULTIFIDUS, TRACING_PART_REFERENCE},
    {"multifidi", MYO_MULTIFIDUS, TRACING_PART_REFERENCE},
    {"multifid", MYO_MULTIFIDUS, TRACING_PART_REFERENCE},
    {"multif", MYO_MULTIFIDUS, TRACING_PART_REFERENCE},
    {"multi", MYO_MULTIFIDUS, TRACING_PART_REFERENCE},
    {"mult", MYO_MULTIFIDUS, TRACING_PART_REFERENCE},
    {"mf", MYO_MULTIFIDUS, TRACING_PART_REFERENCE},
    {"mfm", MYO_MULTIFIDUS, TRACING_PART_REFERENCE},
    {"mm", MYO_MULTIFIDUS, TRACING_PART_REFERENCE},
    {"lm", MYO_MULTIFIDUS, TRACING_PART_REFERENCE},
    {"lumbarmultifidus", MYO_MULTIFIDUS, TRACING_PART_REFERENCE},
    {"thoracolumbarmultifidus", MYO_MULTIFIDUS, TRACING_PART_REFERENCE},
    {"transversospinalis", MYO_MULTIFIDUS, TRACING_PART_REFERENCE},
    {"erectorspinae", MYO_ERECTOR_SPINAE, TRACING_PART_REFERENCE},
    {"erectorspinalis", MYO_ERECTOR_SPINAE, TRACING_PART_REFERENCE},
    {"erector", MYO_ERECTOR_SPINAE, TRACING_PART_REFERENCE},
    {"erectors", MYO_ERECTOR_SPINAE, TRACING_PART_REFERENCE},
    {"es", MYO_ERECTOR_SPINAE, TRACING_PART_REFERENCE},
    {"esm", MYO_ERECTOR_SPINAE, TRACING_PART_REFERENCE},
    {"longissimus", MYO_ERECTOR_SPINAE, TRACING_PART_REFERENCE},
    {"iliocostalis", MYO_ERECTOR_SPINAE, TRACING_PART_REFERENCE},
    {"psoas", MYO_PSOAS_MAJOR, TRACING_PART_REFERENCE},
    {"psoasmajor", MYO_PSOAS_MAJOR, TRACING_PART_REFERENCE},
    {"psoasmaj", MYO_PSOAS_MAJOR, TRACING_PART_REFERENCE},
    {"iliopsoas", MYO_PSOAS_MAJOR, TRACING_PART_REFERENCE},
    {"ps", MYO_PSOAS_MAJOR, TRACING_PART_REFERENCE},
    {"pm", MYO_PSOAS_MAJOR, TRACING_PART_REFERENCE},
    {"pmm", MYO_PSOAS_MAJOR, TRACING_PART_REFERENCE},
    {"quadratuslumborum", MYO_QUADRATUS_LUMBORUM, TRACING_PART_REFERENCE},
    {"quadratus", MYO_QUADRATUS_LUMBORUM, TRACING_PART_REFERENCE},
    {"quadlumb", MYO_QUADRATUS_LUMBORUM, TRACING_PART_REFERENCE},
    {"ql", MYO_QUADRATUS_LUMBORUM, TRACING_PART_REFERENCE},
    {"qlm", MYO_QUADRATUS_LUMBORUM, TRACING_PART_REFERENCE},
    {"gluteusmedius", MYO_GLUTEUS_MEDIUS, TRACING_PART_REFERENCE},
    {"gluteusmed", MYO_GLUTEUS_MEDIUS, TRACING_PART_REFERENCE},
    {"glutmed", MYO_GLUTEUS_MEDIUS, TRACING_PART_REFERENCE},
    {"gmed", MYO_GLUTEUS_MEDIUS, TRACING_PART_REFERENCE},
    {"gmedius", MYO_GLUTEUS_MEDIUS, TRACING_PART_REFERENCE},
    {"medius", MYO_GLUTEUS_MEDIUS, TRACING_PART_REFERENCE},
    {"gluteusmaximus", MYO_GLUTEUS_MAXIMUS, TRACING_PART_REFERENCE},
    {"gluteusmax", MYO_GLUTEUS_MAXIMUS, TRACING_PART_REFERENCE},
    {"glutmax", MYO_GLUTEUS_MAXIMUS, TRACING_PART_REFERENCE},
    {"gmax", MYO_GLUTEUS_MAXIMUS, TRACING_PART_REFERENCE},
    {"gmaximus", MYO_GLUTEUS_MAXIMUS, TRACING_PART_REFERENCE},
    {"maximus", MYO_GLUTEUS_MAXIMUS, TRACING_PART_REFERENCE},
    {"abdominalwall", MYO_ABDOMINAL_WALL, TRACING_PART_REFERENCE},
    {"abdwall", MYO_ABDOMINAL_WALL, TRACING_PART_REFERENCE},
    {"aw", MYO_ABDOMINAL_WALL, TRACING_PART_REFERENCE},
    {"abdominals", MYO_ABDOMINAL_WALL, TRACING_PART_REFERENCE},
    {"abdominal", MYO_ABDOMINAL_WALL, TRACING_PART_REFERENCE},
    {"rectusabdominis", MYO_ABDOMINAL_WALL, TRACING_PART_REFERENCE},
    {"externaloblique", MYO_ABDOMINAL_WALL, TRACING_PART_REFERENCE},
    {"internaloblique", MYO_ABDOMINAL_WALL, TRACING_PART_REFERENCE},
    {"obliquusexternus", MYO_ABDOMINAL_WALL, TRACING_PART_REFERENCE},
    {"obliquusinternus", MYO_ABDOMINAL_WALL, TRACING_PART_REFERENCE},
    {"obliques", MYO_ABDOMINAL_WALL, TRACING_PART_REFERENCE},
    {"transversusabdominis", MYO_ABDOMINAL_WALL, TRACING_PART_REFERENCE},
    {"vertebralreference", MYO_VERTEBRAL_REFERENCE, TRACING_PART_REFERENCE},
    {"vertebralbodyordisc", MYO_VERTEBRAL_REFERENCE, TRACING_PART_REFERENCE},
    {"reference", MYO_VERTEBRAL_REFERENCE, TRACING_PART_REFERENCE},
    {"ref", MYO_VERTEBRAL_REFERENCE, TRACING_PART_REFERENCE},
    {"vertebralbody", MYO_VERTEBRAL_REFERENCE, TRACING_PART_BODY},
    {"vertebralbodies", MYO_VERTEBRAL_REFERENCE, TRACING_PART_BODY},
    {"vertebraebody", MYO_VERTEBRAL_REFERENCE, TRACING_PART_BODY},
    {"vb", MYO_VERTEBRAL_REFERENCE, TRACING_PART_BODY},
    {"corpus", MYO_VERTEBRAL_REFERENCE, TRACING_PART_BODY},
    {"corpusvertebrae", MYO_VERTEBRAL_REFERENCE, TRACING_PART_BODY},
    {"wirbelkörper", MYO_VERTEBRAL_REFERENCE, TRACING_PART_BODY},
    {"disc", MYO_VERTEBRAL_REFERENCE, TRACING_PART_BODY},
    {"discs", MYO_VERTEBRAL_REFERENCE, TRACING_PART_BODY},
    {"disk", MYO_VERTEBRAL_REFERENCE, TRACING_PART_BODY},
    {"discus", MYO_VERTEBRAL_REFERENCE, TRACING_PART_BODY},
    {"ivd", MYO_VERTEBRAL_REFERENCE, TRACING_PART_BODY},
    {"intervertebraldisc", MYO_VERTEBRAL_REFERENCE, TRACING_PART_BODY},
    {"intervertebraldiscs", MYO_VERTEBRAL_REFERENCE, TRACING_PART_BODY},
    {"intervertebraldisk", MYO_VERTEBRAL_REFERENCE, TRACING_PART_BODY},
    {"bandscheibe", MYO_VERTEBRAL_REFERENCE, TRACING_PART_BODY},
    {"vertebra", MYO_VERTEBRAL_REFERENCE, TRACING_PART_VERTEBRA},
    {"vertebrae", MYO_VERTEBRAL_REFERENCE, TRACING_PART_VERTEBRA},
    {"lumbarvertebra", MYO_VERTEBRAL_REFERENCE, TRACING_PART_VERTEBRA},
    {"wirbel", MYO_VERTEBRAL_REFERENCE, TRACING_PART_VERTEBRA},
};

/* All back muscles in one, as some programs outline them. */
static const char *const merged_names[] = {"autochthon",  "autochthonous", "paraspinal",
                                           "paraspinals", "back",          "paravertebral"};

static const struct {
    const char *word;
    int side;
} side_words[] = {
    {"left", MYO_LEFT},     {"right", MYO_RIGHT},  {"l", MYO_LEFT},         {"r", MYO_RIGHT},
    {"lt", MYO_LEFT},       {"rt", MYO_RIGHT},     {"li", MYO_LEFT},        {"re", MYO_RIGHT},
    {"links", MYO_LEFT},    {"rechts", MYO_RIGHT}, {"sin", MYO_LEFT},       {"dex", MYO_RIGHT},
    {"sinister", MYO_LEFT}, {"dexter", MYO_RIGHT}, {"sinistra", MYO_LEFT},  {"dextra", MYO_RIGHT},
    {"gauche", MYO_LEFT},   {"droite", MYO_RIGHT}, {"izquierdo", MYO_LEFT}, {"derecho", MYO_RIGHT}};

static const char *const lean_words[] = {"lean", "circle", "circles", "kreis"};

/* Words that do not change what is meant. */
static const char *const fillers[] = {"m",    "muscle", "muscles", "musculus", "muskel", "of",
                                      "the",  "roi",    "csa",     "seg",      "mask",   "label",
                                      "side", "region", "at",      "level",    "and",    "total"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

typedef struct words {
    char text[TRACING_NAME_SIZE * 2]; /* words end with '\0' */
    const char *word[WORDS_MAX];
    bool after_join[WORDS_MAX]; /* no separator stands between this word and the one before */
    size_t count;
} words;

static bool is_letter(unsigned char c) {
    return isalpha(c) || c >= 0x80; /* UTF-8 beyond ASCII counts as letters */
}

/* A new word begins between two characters of a name that both belong to words. */
static bool is_border(unsigned char before, unsigned char c) {
    return (bool)isdigit(before) != (bool)isdigit(c) || (islower(before) && isupper(c));
}

static void split(const char *name, words *out) {
    size_t length = 0;
    unsigned char before = 0;
    *out = (words){.count = 0};
    for (const char *p = name; *p && length + 3 < sizeof out->text; p++) {
        unsigned char c = (unsigned char)*p;
        if (!is_letter(c) && !isdigit(c)) {
            before = 0;
            continue;
        }
        if (!before || is_border(before, c)) {
            if (out->count == WORDS_MAX) {
                return;
            }
            length += out->count > 0; /* behind the end of the last word */
            out->after_join[out->count] = before != 0;
            out->word[out->count++] = out->text + length;
        }
        out->text[length++] = (char)(c < 0x80 ? tolower(c) : c);
        before = c;
    }
}

static bool is_number(const char *word) {
    return isdigit((unsigned char)word[0]) != 0;
}

static bool is_among(const char *word, const char *const *list, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(word, list[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool find_side_word(const char *word, int *side) {
    for (size_t i = 0; i < COUNT(side_words); i++) {
        if (strcmp(word, side_words[i].word) == 0) {
            *side = side_words[i].side;
            return true;
        }
    }
    return false;
}

/* A level of the spine: "L4", "S1", "Th12", written without a gap. */
static bool is_level(const words *w, size_t i) {
    static const char *const letters[] = {"l", "s", "t", "th", "c"};
    return is_among(w->word[i], letters, COUNT(letters)) && i + 1 < w->count &&
           is_number(w->word[i + 1]) && w->after_join[i + 1];
}

static const synonym *find_synonym(const char *text) {
    for (size_t i = 0; i < COUNT(synonyms); i++) {
        if (strcmp(synonyms[i].name, text) == 0) {
            return &synonyms[i];
        }
    }
    return NULL;
}

/* Takes a word for the side off an end of the text: "mfl", "rmf", "multifidusleft". */
static const synonym *find_with_side(const char *text, int *side) {
    size_t length = strlen(text);
    for (size_t i = 0; i < COUNT(side_words); i++) {
        char rest[TRACING_NAME_SIZE * 2];
        size_t taken = strlen(side_words[i].word);
        if (length <= taken || (taken <= 2 && length - taken > LONGEST_ABBREVIATION)) {
            continue;
        }
        const char *const ends[2] = {text, text + length - taken};
        const char *const rests[2] = {text + taken, text};
        for (int end = 0; end < 2; end++) {
            if (memcmp(ends[end], side_words[i].word, taken) == 0) {
                memcpy(rest, rests[end], length - taken);
                rest[length - taken] = '\0';
                const synonym *found = find_synonym(rest);
                if (found) {
                    *side = side_words[i].side;
                    return found;
                }
            }
        }
    }
    return NULL;
}

/* What is left of a name when sides, levels, numbers and fillers are taken out. */
typedef struct reading {
    char rest[TRACING_NAME_SIZE * 2];
    int side;
    bool both_sides; /* the name says left and right */
    bool lean, has_letters;
} reading;

static void note_side(reading *r, int side) {
    r->both_sides = r->both_sides || (r->side != TRACING_NO_SIDE && r->side != side);
    r->side = side;
}

static void read_words(const words *w, reading *r) {
    size_t length = 0;
    *r = (reading){.side = TRACING_NO_SIDE};
    for (size_t i = 0; i < w->count; i++) {
        const char *word = w->word[i];
        int side;
        if (is_number(word)) {
            continue;
        }
        r->has_letters = true;
        if (is_level(w, i) || is_among(word, fillers, COUNT(fillers))) {
            continue;
        }
        if (is_among(word, lean_words, COUNT(lean_words))) {
            r->lean = true;
        } else if (find_side_word(word, &side)) {
            note_side(r, side);
        } else {
            size_t size = strlen(word);
            memcpy(r->rest + length, word, size);
            length += size;
        }
    }
}

static void cut_name(const char *name, char cut[TRACING_NAME_SIZE]) {
    size_t length = strnlen(name, TRACING_NAME_SIZE - 1);
    memcpy(cut, name, length);
    cut[length] = '\0';
}

tracing_name_kind tracing_name_parse(const char *name, tracing_meaning *out) {
    words w;
    reading r;
    char cut[TRACING_NAME_SIZE];
    cut_name(name, cut);
    split(cut, &w);
    read_words(&w, &r);
    *out = (tracing_meaning){.side = TRACING_NO_SIDE};
    if (!r.has_letters) {
        return TRACING_NAME_AUTOMATIC;
    }
    if (is_among(r.rest, merged_names, COUNT(merged_names))) {
        return TRACING_NAME_MERGED;
    }
    int side = r.side;
    const synonym *found = find_synonym(r.rest);
    if (!found && (found = find_with_side(r.rest, &side)) != NULL) {
        note_side(&r, side);
    }
    if (!found && !(r.lean && r.rest[0] == '\0')) {
        return TRACING_NAME_UNKNOWN;
    }
    out->used = true;
    out->lean = r.lean;
    if (found) {
        out->structure = found->structure;
        out->part = found->part;
        out->side = r.both_sides ? TRACING_NO_SIDE : r.side;
        if (!myo_structure_get(found->structure)->paired) {
            out->side = MYO_LEFT;
        }
    }
    return TRACING_NAME_KNOWN;
}

int tracing_name_find_side(const char *name) {
    words w;
    reading r;
    char cut[TRACING_NAME_SIZE];
    cut_name(name, cut);
    split(cut, &w);
    read_words(&w, &r);
    return r.both_sides ? TRACING_NO_SIDE : r.side;
}

bool tracing_side_parse(const char *text, int *side) {
    words w;
    split(text, &w);
    *side = TRACING_NO_SIDE;
    return w.count == 0 ||
           (w.count == 1 && (strcmp(w.word[0], "none") == 0 || strcmp(w.word[0], "both") == 0 ||
                             find_side_word(w.word[0], side)));
}
