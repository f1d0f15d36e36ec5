/* SPDX-License-Identifier: Apache-2.0 */
/* Greetings, thanks, "who are you" and the wish for a person: whole short messages, compared in
 * plain form. */
#include "base/buf.h"
#include "chat/say.h"

enum { PLAIN_MAX = 120, PERSON_WORDS_MAX = 14 };

struct phrase {
    const char *plain;
    enum smalltalk kind;
    enum say_language language;
};

static const struct phrase phrases[] = {
    {"hi", SMALLTALK_HELLO, SAY_EN},
    {"hey", SMALLTALK_HELLO, SAY_EN},
    {"hello", SMALLTALK_HELLO, SAY_EN},
    {"hi there", SMALLTALK_HELLO, SAY_EN},
    {"hey there", SMALLTALK_HELLO, SAY_EN},
    {"hello there", SMALLTALK_HELLO, SAY_EN},
    {"good morning", SMALLTALK_HELLO, SAY_EN},
    {"good afternoon", SMALLTALK_HELLO, SAY_EN},
    {"good evening", SMALLTALK_HELLO, SAY_EN},
    {"how are you", SMALLTALK_HELLO, SAY_EN},
    {"hi how are you", SMALLTALK_HELLO, SAY_EN},
    {"hallo", SMALLTALK_HELLO, SAY_DE},
    {"guten tag", SMALLTALK_HELLO, SAY_DE},
    {"guten morgen", SMALLTALK_HELLO, SAY_DE},
    {"guten abend", SMALLTALK_HELLO, SAY_DE},
    {"moin", SMALLTALK_HELLO, SAY_DE},
    {"servus", SMALLTALK_HELLO, SAY_DE},
    {"gruezi", SMALLTALK_HELLO, SAY_DE},
    {"grüezi", SMALLTALK_HELLO, SAY_DE},
    {"bonjour", SMALLTALK_HELLO, SAY_FR},
    {"bonsoir", SMALLTALK_HELLO, SAY_FR},
    {"salut", SMALLTALK_HELLO, SAY_FR},
    {"hola", SMALLTALK_HELLO, SAY_ES},
    {"buenos dias", SMALLTALK_HELLO, SAY_ES},
    {"buenos días", SMALLTALK_HELLO, SAY_ES},
    {"buenas tardes", SMALLTALK_HELLO, SAY_ES},
    {"buenas", SMALLTALK_HELLO, SAY_ES},
    {"thanks", SMALLTALK_THANKS, SAY_EN},
    {"thank you", SMALLTALK_THANKS, SAY_EN},
    {"thx", SMALLTALK_THANKS, SAY_EN},
    {"many thanks", SMALLTALK_THANKS, SAY_EN},
    {"thanks a lot", SMALLTALK_THANKS, SAY_EN},
    {"thank you very much", SMALLTALK_THANKS, SAY_EN},
    {"great thanks", SMALLTALK_THANKS, SAY_EN},
    {"ok thanks", SMALLTALK_THANKS, SAY_EN},
    {"perfect thanks", SMALLTALK_THANKS, SAY_EN},
    {"danke", SMALLTALK_THANKS, SAY_DE},
    {"danke schön", SMALLTALK_THANKS, SAY_DE},
    {"danke sehr", SMALLTALK_THANKS, SAY_DE},
    {"vielen dank", SMALLTALK_THANKS, SAY_DE},
    {"besten dank", SMALLTALK_THANKS, SAY_DE},
    {"merci", SMALLTALK_THANKS, SAY_FR},
    {"merci beaucoup", SMALLTALK_THANKS, SAY_FR},
    {"gracias", SMALLTALK_THANKS, SAY_ES},
    {"muchas gracias", SMALLTALK_THANKS, SAY_ES},
    {"bye", SMALLTALK_BYE, SAY_EN},
    {"goodbye", SMALLTALK_BYE, SAY_EN},
    {"see you", SMALLTALK_BYE, SAY_EN},
    {"tschüss", SMALLTALK_BYE, SAY_DE},
    {"auf wiedersehen", SMALLTALK_BYE, SAY_DE},
    {"au revoir", SMALLTALK_BYE, SAY_FR},
    {"adios", SMALLTALK_BYE, SAY_ES},
    {"adiós", SMALLTALK_BYE, SAY_ES},
    {"hasta luego", SMALLTALK_BYE, SAY_ES},
    {"who are you", SMALLTALK_WHO, SAY_EN},
    {"what are you", SMALLTALK_WHO, SAY_EN},
    {"are you a bot", SMALLTALK_WHO, SAY_EN},
    {"are you a robot", SMALLTALK_WHO, SAY_EN},
    {"are you human", SMALLTALK_WHO, SAY_EN},
    {"are you a human", SMALLTALK_WHO, SAY_EN},
    {"are you real", SMALLTALK_WHO, SAY_EN},
    {"are you an ai", SMALLTALK_WHO, SAY_EN},
    {"are you ai", SMALLTALK_WHO, SAY_EN},
    {"am i talking to a human", SMALLTALK_WHO, SAY_EN},
    {"am i talking to a person", SMALLTALK_WHO, SAY_EN},
    {"am i talking to a bot", SMALLTALK_WHO, SAY_EN},
    {"what can you do", SMALLTALK_WHO, SAY_EN},
    {"how can you help me", SMALLTALK_WHO, SAY_EN},
    {"help", SMALLTALK_WHO, SAY_EN},
    {"wer bist du", SMALLTALK_WHO, SAY_DE},
    {"wer sind sie", SMALLTALK_WHO, SAY_DE},
    {"bist du ein mensch", SMALLTALK_WHO, SAY_DE},
    {"sind sie ein mensch", SMALLTALK_WHO, SAY_DE},
    {"bist du ein bot", SMALLTALK_WHO, SAY_DE},
    {"was kannst du", SMALLTALK_WHO, SAY_DE},
    {"hilfe", SMALLTALK_WHO, SAY_DE},
    {"qui es tu", SMALLTALK_WHO, SAY_FR},
    {"qui êtes vous", SMALLTALK_WHO, SAY_FR},
    {"êtes vous un robot", SMALLTALK_WHO, SAY_FR},
    {"es tu un robot", SMALLTALK_WHO, SAY_FR},
    {"aide", SMALLTALK_WHO, SAY_FR},
    {"quién eres", SMALLTALK_WHO, SAY_ES},
    {"quien eres", SMALLTALK_WHO, SAY_ES},
    {"eres un robot", SMALLTALK_WHO, SAY_ES},
    {"ayuda", SMALLTALK_WHO, SAY_ES},
    {"human", SMALLTALK_PERSON, SAY_EN},
    {"agent", SMALLTALK_PERSON, SAY_EN},
    {"operator", SMALLTALK_PERSON, SAY_EN},
    {"human please", SMALLTALK_PERSON, SAY_EN},
    {"agent please", SMALLTALK_PERSON, SAY_EN},
    {"a real person please", SMALLTALK_PERSON, SAY_EN},
    {"real person", SMALLTALK_PERSON, SAY_EN},
    {"mensch", SMALLTALK_PERSON, SAY_DE},
    {"mitarbeiter", SMALLTALK_PERSON, SAY_DE},
    {"un humain", SMALLTALK_PERSON, SAY_FR},
    {"una persona", SMALLTALK_PERSON, SAY_ES},
};

/* A wish to act and somebody to act with: both must stand in the message as words. */
struct wish {
    const char *verbs, *people;
    enum say_language language;
};

static const struct wish wishes[] = {
    {" talk speak chat connect transfer ",
     " human person agent someone somebody representative operator ", SAY_EN},
    {" sprechen reden chatten verbinden weiterleiten ",
     " menschen mensch mitarbeiter mitarbeiterin person jemandem "
     "berater beraterin ",
     SAY_DE},
    {" parler discuter joindre ",
     " humain personne conseiller conseillère quelqu'un quelqu’un agent ", SAY_FR},
    {" hablar contactar comunicarme ", " persona humano agente alguien asesor ", SAY_ES},
};

/* Questions about talking to people are questions, not wishes. */
static const char *const about[] = {" resources ", " api ",   " agents ",  " documentation ",
                                    " why ",       " warum ", " how many "};

/* Lower case, letters and digits only, one space between words and at both ends; false when it is
 * too long. */
static bool plain_of(str message, struct buf *ret, unsigned *ret_words)
{
    bool in_word = false;
    *ret_words = 0;
    buf_add_byte(ret, ' ');
    for (size_t i = 0; i < message.n; i++) {
        char c = str_lower(message.p[i]);
        bool quote = str_starts(str_slice(message, i, message.n), STR("\xe2\x80\x99"));
        bool mark = str_starts(str_slice(message, i, message.n), STR("\xc2\xbf")) ||
                    str_starts(str_slice(message, i, message.n), STR("\xc2\xa1"));
        bool word = ((unsigned char)c >= 0x80 && !mark) || (c >= 'a' && c <= 'z') ||
                    (c >= '0' && c <= '9') || quote || (c == '\'' && in_word);
        i += mark;
        if (word) {
            buf_add_byte(ret, c);
        } else if (in_word) {
            buf_add_byte(ret, ' ');
        }
        *ret_words += word && !in_word;
        in_word = word;
    }
    if (in_word) {
        buf_add_byte(ret, ' ');
    }
    return !ret->failed;
}

/* True when a word of the list (each in spaces) stands in the text. */
static bool has_any(str plain, str list)
{
    size_t from = 1;
    while (from < list.n) {
        size_t end = str_find_byte(list, ' ', from);
        if (end == SIZE_MAX) {
            return false;
        }
        if (str_find(plain, str_slice(list, from - 1, end + 1), 0) != SIZE_MAX) {
            return true;
        }
        from = end + 1;
    }
    return false;
}

static bool is_wish(str plain, const struct wish *wish)
{
    for (size_t i = 0; i < sizeof about / sizeof *about; i++) {
        if (str_find(plain, str_c(about[i]), 0) != SIZE_MAX) {
            return false;
        }
    }
    return has_any(plain, str_c(wish->verbs)) && has_any(plain, str_c(wish->people));
}

enum smalltalk smalltalk_of(str message, enum say_language *ret_language)
{
    struct buf b;
    unsigned words;
    enum smalltalk kind = SMALLTALK_NONE;
    if (message.n > PLAIN_MAX) {
        return SMALLTALK_NONE;
    }
    buf_init(&b, PLAIN_MAX + 8);
    if (plain_of(message, &b, &words) && b.n > 2) {
        str plain = buf_str(&b), inner = str_slice(plain, 1, plain.n - 1);
        for (size_t i = 0; i < sizeof phrases / sizeof *phrases && !kind; i++) {
            if (str_eq(inner, str_c(phrases[i].plain))) {
                kind = phrases[i].kind;
                *ret_language = phrases[i].language;
            }
        }
        for (size_t i = 0; i < sizeof wishes / sizeof *wishes && !kind && words <= PERSON_WORDS_MAX;
             i++) {
            if (is_wish(plain, &wishes[i])) {
                kind = SMALLTALK_PERSON;
                *ret_language = wishes[i].language;
            }
        }
    }
    buf_done(&b);
    return kind;
}
