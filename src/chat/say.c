/* SPDX-License-Identifier: Apache-2.0 */
#include "chat/say.h"

static const str texts[SAY_LANGUAGES][SAY_COUNT] = {
    [SAY_EN] =
        {
            [SAY_NOT_FOUND] = STR_INIT(
                "I could not find this in our documents. You can leave your details, and a person will answer you."),
            [SAY_UNAVAILABLE] = STR_INIT(
                "I cannot put an answer together right now. You can leave your details, and a person will answer you."),
            [SAY_BROKE_OFF] = STR_INIT("The answer broke off here. Our documents say:"),
            [SAY_HELLO] = STR_INIT(
                "Hello. I am an AI assistant and answer from our documents. What would you like to know?"),
            [SAY_WELCOME] = STR_INIT("You are welcome. Ask me anything else about our documents."),
            [SAY_BYE] = STR_INIT("Goodbye. Come back whenever you have a question."),
            [SAY_WHO] = STR_INIT(
                "I am an AI assistant, not a person. I answer questions from our documents and name the places I found. If you prefer, you can talk to a person."),
            [SAY_PERSON] = STR_INIT(
                "Of course. Leave your address and a short message, and a person will get back to you."),
        },
    [SAY_DE] =
        {
            [SAY_NOT_FOUND] = STR_INIT(
                "Das habe ich in unseren Dokumenten nicht gefunden. Sie können Ihre Kontaktdaten hinterlassen, dann antwortet Ihnen ein Mensch."),
            [SAY_UNAVAILABLE] = STR_INIT(
                "Ich kann gerade keine Antwort zusammenstellen. Sie können Ihre Kontaktdaten hinterlassen, dann antwortet Ihnen ein Mensch."),
            [SAY_BROKE_OFF] = STR_INIT("Die Antwort brach hier ab. In unseren Dokumenten steht:"),
            [SAY_HELLO] = STR_INIT(
                "Guten Tag. Ich bin ein KI-Assistent und antworte aus unseren Dokumenten. Was möchten Sie wissen?"),
            [SAY_WELCOME] =
                STR_INIT("Gern geschehen. Fragen Sie mich gern weiter zu unseren Dokumenten."),
            [SAY_BYE] = STR_INIT("Auf Wiedersehen. Kommen Sie wieder, wenn Sie eine Frage haben."),
            [SAY_WHO] = STR_INIT(
                "Ich bin ein KI-Assistent, kein Mensch. Ich beantworte Fragen aus unseren Dokumenten und nenne die Fundstellen. Wenn Sie möchten, können Sie mit einem Menschen sprechen."),
            [SAY_PERSON] = STR_INIT(
                "Gern. Hinterlassen Sie Ihre Adresse und eine kurze Nachricht, dann meldet sich ein Mensch bei Ihnen."),
        },
    [SAY_FR] =
        {
            [SAY_NOT_FOUND] = STR_INIT(
                "Je n’ai pas trouvé cela dans nos documents. Vous pouvez laisser vos coordonnées et une personne vous répondra."),
            [SAY_UNAVAILABLE] = STR_INIT(
                "Je ne peux pas composer de réponse pour le moment. Vous pouvez laisser vos coordonnées et une personne vous répondra."),
            [SAY_BROKE_OFF] = STR_INIT("La réponse s’est interrompue ici. Nos documents disent :"),
            [SAY_HELLO] = STR_INIT(
                "Bonjour. Je suis un assistant IA et je réponds à partir de nos documents. Que souhaitez-vous savoir ?"),
            [SAY_WELCOME] = STR_INIT(
                "Avec plaisir. Posez-moi d’autres questions sur nos documents si vous le souhaitez."),
            [SAY_BYE] = STR_INIT("Au revoir. Revenez dès que vous avez une question."),
            [SAY_WHO] = STR_INIT(
                "Je suis un assistant IA, pas une personne. Je réponds à partir de nos documents et j’indique mes sources. Si vous préférez, vous pouvez parler à une personne."),
            [SAY_PERSON] = STR_INIT(
                "Bien sûr. Laissez votre adresse et un court message, et une personne vous recontactera."),
        },
    [SAY_ES] =
        {
            [SAY_NOT_FOUND] = STR_INIT(
                "No he encontrado esto en nuestros documentos. Puede dejar sus datos y una persona le responderá."),
            [SAY_UNAVAILABLE] = STR_INIT(
                "Ahora mismo no puedo preparar una respuesta. Puede dejar sus datos y una persona le responderá."),
            [SAY_BROKE_OFF] =
                STR_INIT("La respuesta se interrumpió aquí. Nuestros documentos dicen:"),
            [SAY_HELLO] = STR_INIT(
                "Hola. Soy un asistente de IA y respondo a partir de nuestros documentos. ¿Qué le gustaría saber?"),
            [SAY_WELCOME] =
                STR_INIT("De nada. Pregúnteme lo que quiera sobre nuestros documentos."),
            [SAY_BYE] = STR_INIT("Hasta luego. Vuelva cuando tenga una pregunta."),
            [SAY_WHO] = STR_INIT(
                "Soy un asistente de IA, no una persona. Respondo a partir de nuestros documentos e indico las fuentes. Si lo prefiere, puede hablar con una persona."),
            [SAY_PERSON] = STR_INIT(
                "Por supuesto. Deje su dirección y un mensaje breve, y una persona se pondrá en contacto con usted."),
        },
};

str say_text(enum say_language language, enum say what) { return texts[language][what]; }

/* Small words that belong to one of the four languages only. */
static const char *const small_words[SAY_LANGUAGES] = {
    [SAY_EN] =
        " the is are do does how what where when why who can could my your with for of and this that it i "
        "you have from which will would should ",
    [SAY_DE] =
        " der die das ist sind wie was wo wann warum wer kann ich mein meine ihr ihre mit von und nicht ein "
        "eine einen den dem für gibt es welche haben wird auf ",
    [SAY_FR] =
        " le la les est sont comment quel quelle où quand pourquoi qui puis-je peut mon votre avec pour de "
        "du des et je vous une un ce cette dans quels quelles ",
    [SAY_ES] =
        " el los las es son cómo como qué dónde donde cuándo cuando por quién puedo puede mi su con para de "
        "del y yo usted una un este esta cuál cuánto hay ",
};

static bool is_letter(char c)
{
    return (unsigned char)c >= 0x80 || (str_lower(c) >= 'a' && str_lower(c) <= 'z') || c == '-';
}

/* Counts the words of the text that stand in a list, each in spaces. */
static unsigned count_words(str text, str list)
{
    unsigned count = 0;
    char word[24];
    size_t n = 1;
    word[0] = ' ';
    for (size_t i = 0; i <= text.n; i++) {
        if (i < text.n && is_letter(text.p[i])) {
            if (n < sizeof word - 1) {
                word[n++] = str_lower(text.p[i]);
            }
            continue;
        }
        word[n++] = ' ';
        count += n > 2 && str_find(list, (str){word, n}, 0) != SIZE_MAX;
        n = 1;
    }
    return count;
}

enum say_language say_language(str text, str locale)
{
    static const char *const codes[SAY_LANGUAGES] = {"en", "de", "fr", "es"};
    enum say_language best = SAY_EN, known = SAY_EN;
    unsigned most = 0, second = 0;
    for (unsigned i = 0; i < SAY_LANGUAGES; i++) {
        unsigned count = count_words(str_slice(text, 0, 2000), str_c(small_words[i]));
        if (count > most) {
            second = most;
            most = count;
            best = (enum say_language)i;
        } else if (count > second) {
            second = count;
        }
        bool whole = locale.n == 2 || (locale.n > 2 && (locale.p[2] == '-' || locale.p[2] == '_'));
        if (whole && str_istarts(locale, str_c(codes[i]))) {
            known = (enum say_language)i;
        }
    }
    return most >= 2 && most > second ? best : known;
}
