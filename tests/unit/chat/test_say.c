/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/utf8.h"
#include "chat/say.h"

static void the_language_is_that_of_the_question_else_of_the_locale(void **state)
{
    (void)state;
    static const struct {
        const char *text, *locale;
        enum say_language language;
    } rows[] = {
        {"How do I reset my password?", "de", SAY_EN},
        {"Wie kann ich mein Passwort zurücksetzen?", "en-US", SAY_DE},
        {"Comment est-ce que je peux changer le mot de passe ?", "", SAY_FR},
        {"¿Cómo puedo cambiar mi contraseña?", "", SAY_ES},
        {"pricing", "fr-CA", SAY_FR},
        {"pricing", "esperanto", SAY_EN},
        {"", "", SAY_EN},
        {"", "de_AT", SAY_DE},
        {"password", "ja", SAY_EN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(say_language(str_c(rows[i].text), str_c(rows[i].locale)),
                         rows[i].language);
    }
}

static void every_sentence_is_there_in_every_language(void **state)
{
    (void)state;
    for (unsigned l = 0; l < SAY_LANGUAGES; l++) {
        for (unsigned s = 0; s < SAY_COUNT; s++) {
            str text = say_text((enum say_language)l, (enum say)s);
            assert_true(text.n > 20 && utf8_valid(text));
        }
    }
}

static void small_talk_is_told_from_questions(void **state)
{
    (void)state;
    static const struct {
        const char *message;
        enum smalltalk kind;
    } rows[] = {
        {"Hi!", SMALLTALK_HELLO},
        {"  hello there :-)", SMALLTALK_HELLO},
        {"¡Hola!", SMALLTALK_HELLO},
        {"Thanks a lot!!", SMALLTALK_THANKS},
        {"merci.", SMALLTALK_THANKS},
        {"are you a bot?", SMALLTALK_WHO},
        {"Êtes-vous un robot ?", SMALLTALK_NONE}, /* capital accents are letters of their own */
        {"êtes-vous un robot ?", SMALLTALK_WHO},
        {"I want to talk to a human", SMALLTALK_PERSON},
        {"can i speak with someone from sales please", SMALLTALK_PERSON},
        {"Je voudrais parler à quelqu’un", SMALLTALK_PERSON},
        {"Quiero hablar con una persona", SMALLTALK_PERSON},
        {"Hi, how do I reset my password?", SMALLTALK_NONE},
        {"How does the human resources module talk to the agent API?", SMALLTALK_NONE},
        {"thanks, and what does it cost?", SMALLTALK_NONE},
        {"hello world program in C", SMALLTALK_NONE},
        {"", SMALLTALK_NONE},
        {"?!", SMALLTALK_NONE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        enum say_language language = SAY_EN;
        if (smalltalk_of(str_c(rows[i].message), &language) != rows[i].kind) {
            print_message("%s\n", rows[i].message);
        }
        assert_int_equal(smalltalk_of(str_c(rows[i].message), &language), rows[i].kind);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_language_is_that_of_the_question_else_of_the_locale),
        cmocka_unit_test(every_sentence_is_there_in_every_language),
        cmocka_unit_test(small_talk_is_told_from_questions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
