/* SPDX-License-Identifier: Apache-2.0 */
/* What the name of a value says. */
#include "scan/judge_private.h"

enum { WORDS_MAX = 24 };

#define LIST_HAS(list, word) list_has(list, sizeof list / sizeof *list, word)

static bool list_has(const str *list, size_t count, str word)
{
    for (size_t i = 0; i < count; i++) {
        if (str_ieq(list[i], word)) {
            return true;
        }
    }
    return false;
}

static const str password_words[] = {
    STR_INIT("password"), STR_INIT("passwd"),   STR_INIT("passwort"),   STR_INIT("pwd"),
    STR_INIT("pass"),     STR_INIT("passwrd"),  STR_INIT("passphrase"), STR_INIT("pw"),
    STR_INIT("psw"),      STR_INIT("passcode"), STR_INIT("kennwort"),   STR_INIT("contrasena"),
    STR_INIT("passw"),    STR_INIT("pswd"),     STR_INIT("passwords"),  STR_INIT("senha"),
    STR_INIT("contrase"), STR_INIT("passe"),
};

/* Ends of words that are written together: "dbpassword". */
static const str password_ends[] = {
    STR_INIT("password"),   STR_INIT("passwd"),   STR_INIT("pwd"),
    STR_INIT("passphrase"), STR_INIT("passwort"), STR_INIT("psw"),
    STR_INIT("bindpw"),     STR_INIT("rootpw"),   STR_INIT("masterauth"),
};

/* "pass" and "pw" at the end of a word are one only after these. */
static const str pass_owners[] = {
    STR_INIT("db"),    STR_INIT("user"),    STR_INIT("root"),    STR_INIT("admin"),
    STR_INIT("ftp"),   STR_INIT("my"),      STR_INIT("smtp"),    STR_INIT("mail"),
    STR_INIT("pg"),    STR_INIT("mysql"),   STR_INIT("ssh"),     STR_INIT("sql"),
    STR_INIT("redis"), STR_INIT("auth"),    STR_INIT("http"),    STR_INIT("imap"),
    STR_INIT("ldap"),  STR_INIT("login"),   STR_INIT("proxy"),   STR_INIT("sudo"),
    STR_INIT("key"),   STR_INIT("new"),     STR_INIT("default"), STR_INIT("store"),
    STR_INIT("vnc"),   STR_INIT("require"), STR_INIT("bind"),    STR_INIT("server"),
    STR_INIT("host"),  STR_INIT("web"),     STR_INIT("shop"),    STR_INIT("api"),
    STR_INIT("wlan"),  STR_INIT("wifi"),    STR_INIT("pop"),
};

static const str token_words[] = {
    STR_INIT("secret"),  STR_INIT("token"),      STR_INIT("apikey"),      STR_INIT("secrets"),
    STR_INIT("bearer"),  STR_INIT("credential"), STR_INIT("credentials"), STR_INIT("authtoken"),
    STR_INIT("authkey"), STR_INIT("creds"),      STR_INIT("jwt"),         STR_INIT("tokens"),
    STR_INIT("privkey"), STR_INIT("apitoken"),   STR_INIT("pat"),
};

static const str token_ends[] = {
    STR_INIT("secret"),    STR_INIT("token"),         STR_INIT("apikey"),     STR_INIT("secretkey"),
    STR_INIT("accesskey"), STR_INIT("privatekey"),    STR_INIT("authkey"),    STR_INIT("masterkey"),
    STR_INIT("cryptkey"),  STR_INIT("encryptionkey"), STR_INIT("signingkey"),
};

/* Words that make a secret of a "key" after them. */
static const str key_owners[] = {
    STR_INIT("api"),          STR_INIT("access"),     STR_INIT("private"),
    STR_INIT("secret"),       STR_INIT("auth"),       STR_INIT("master"),
    STR_INIT("encryption"),   STR_INIT("signing"),    STR_INIT("encrypt"),
    STR_INIT("account"),      STR_INIT("service"),    STR_INIT("storage"),
    STR_INIT("license"),      STR_INIT("crypto"),     STR_INIT("session"),
    STR_INIT("shared"),       STR_INIT("app"),        STR_INIT("admin"),
    STR_INIT("write"),        STR_INIT("cookie"),     STR_INIT("hmac"),
    STR_INIT("jwt"),          STR_INIT("sign"),       STR_INIT("cipher"),
    STR_INIT("client"),       STR_INIT("consumer"),   STR_INIT("user"),
    STR_INIT("security"),     STR_INIT("aes"),        STR_INIT("deploy"),
    STR_INIT("subscription"), STR_INIT("decryption"), STR_INIT("server"),
    STR_INIT("live"),         STR_INIT("rest"),       STR_INIT("instrumentation"),
};

/* After the word of a secret: it is about the secret, not the secret. */
static const str about_words[] = {
    STR_INIT("guid"),         STR_INIT("uuid"),
    STR_INIT("encryption"),   STR_INIT("interface"),
    STR_INIT("settings"),     STR_INIT("setting"),
    STR_INIT("complexity"),   STR_INIT("history"),
    STR_INIT("requirements"), STR_INIT("html"),
    STR_INIT("php"),          STR_INIT("aspx"),
    STR_INIT("verification"), STR_INIT("lifetime"),
    STR_INIT("validity"),     STR_INIT("color"),
    STR_INIT("style"),        STR_INIT("type"),
    STR_INIT("types"),        STR_INIT("field"),
    STR_INIT("fields"),       STR_INIT("name"),
    STR_INIT("names"),        STR_INIT("label"),
    STR_INIT("input"),        STR_INIT("hint"),
    STR_INIT("prompt"),       STR_INIT("length"),
    STR_INIT("len"),          STR_INIT("min"),
    STR_INIT("max"),          STR_INIT("policy"),
    STR_INIT("url"),          STR_INIT("uri"),
    STR_INIT("path"),         STR_INIT("file"),
    STR_INIT("filename"),     STR_INIT("dir"),
    STR_INIT("placeholder"),  STR_INIT("regex"),
    STR_INIT("pattern"),      STR_INIT("error"),
    STR_INIT("errors"),       STR_INIT("message"),
    STR_INIT("msg"),          STR_INIT("required"),
    STR_INIT("changed"),      STR_INIT("enabled"),
    STR_INIT("disabled"),     STR_INIT("expires"),
    STR_INIT("expiry"),       STR_INIT("expiration"),
    STR_INIT("ttl"),          STR_INIT("timeout"),
    STR_INIT("count"),        STR_INIT("size"),
    STR_INIT("limit"),        STR_INIT("index"),
    STR_INIT("format"),       STR_INIT("mode"),
    STR_INIT("algorithm"),    STR_INIT("alg"),
    STR_INIT("encoder"),      STR_INIT("encoding"),
    STR_INIT("header"),       STR_INIT("param"),
    STR_INIT("parameter"),    STR_INIT("prefix"),
    STR_INIT("suffix"),       STR_INIT("endpoint"),
    STR_INIT("version"),      STR_INIT("scope"),
    STR_INIT("scopes"),       STR_INIT("audience"),
    STR_INIT("issuer"),       STR_INIT("class"),
    STR_INIT("provider"),     STR_INIT("manager"),
    STR_INIT("service"),      STR_INIT("handler"),
    STR_INIT("validator"),    STR_INIT("validation"),
    STR_INIT("validators"),   STR_INIT("strength"),
    STR_INIT("attempts"),     STR_INIT("template"),
    STR_INIT("text"),         STR_INIT("title"),
    STR_INIT("description"),  STR_INIT("desc"),
    STR_INIT("column"),       STR_INIT("env"),
    STR_INIT("var"),          STR_INIT("variable"),
    STR_INIT("ref"),          STR_INIT("arn"),
    STR_INIT("selector"),     STR_INIT("element"),
    STR_INIT("id"),           STR_INIT("ids"),
    STR_INIT("reset"),        STR_INIT("page"),
    STR_INIT("form"),         STR_INIT("link"),
    STR_INIT("email"),        STR_INIT("subject"),
    STR_INIT("help"),         STR_INIT("info"),
    STR_INIT("location"),     STR_INIT("source"),
    STR_INIT("status"),       STR_INIT("state"),
    STR_INIT("date"),         STR_INIT("time"),
    STR_INIT("at"),           STR_INIT("age"),
    STR_INIT("method"),       STR_INIT("store"),
    STR_INIT("storage"),      STR_INIT("cache"),
    STR_INIT("view"),         STR_INIT("screen"),
    STR_INIT("button"),       STR_INIT("btn"),
    STR_INIT("icon"),         STR_INIT("map"),
    STR_INIT("list"),         STR_INIT("set"),
    STR_INIT("kind"),         STR_INIT("role"),
    STR_INIT("user"),         STR_INIT("username"),
    STR_INIT("key"),          STR_INIT("keys"),
    STR_INIT("callback"),     STR_INIT("command"),
    STR_INIT("cmd"),          STR_INIT("option"),
    STR_INIT("options"),      STR_INIT("config"),
    STR_INIT("generator"),    STR_INIT("rule"),
    STR_INIT("rules"),        STR_INIT("group"),
    STR_INIT("request"),      STR_INIT("response"),
    STR_INIT("forgot"),       STR_INIT("forgotten"),
    STR_INIT("lookup"),       STR_INIT("start"),
    STR_INIT("end"),          STR_INIT("begin"),
    STR_INIT("stream"),       STR_INIT("property"),
    STR_INIT("attribute"),    STR_INIT("attr"),
    STR_INIT("separator"),    STR_INIT("exception"),
    STR_INIT("confirmation"), STR_INIT("authentication"),
    STR_INIT("usage"),        STR_INIT("example"),
    STR_INIT("char"),         STR_INIT("chars"),
    STR_INIT("symbol"),       STR_INIT("parser"),
    STR_INIT("auth"),         STR_INIT("server"),
    STR_INIT("client"),       STR_INIT("host"),
    STR_INIT("domain"),       STR_INIT("address"),
    STR_INIT("resource"),     STR_INIT("namespace"),
    STR_INIT("engine"),       STR_INIT("backend"),
    STR_INIT("hashers"),      STR_INIT("hasher"),
    STR_INIT("factory"),      STR_INIT("util"),
    STR_INIT("utils"),        STR_INIT("helper"),
    STR_INIT("test"),         STR_INIT("tests"),
    STR_INIT("model"),        STR_INIT("models"),
};

/* Before it, or alone: it is no secret of ours. */
static const str other_words[] = {
    STR_INIT("public"),       STR_INIT("publishable"), STR_INIT("pub"),
    STR_INIT("primary"),      STR_INIT("foreign"),     STR_INIT("csrf"),
    STR_INIT("authenticity"), STR_INIT("xsrf"),        STR_INIT("nonce"),
    STR_INIT("next"),         STR_INIT("page"),        STR_INIT("cursor"),
    STR_INIT("continuation"), STR_INIT("pagination"),  STR_INIT("cancellation"),
    STR_INIT("forgot"),       STR_INIT("reset"),       STR_INIT("invalid"),
    STR_INIT("wrong"),        STR_INIT("missing"),     STR_INIT("incorrect"),
    STR_INIT("show"),         STR_INIT("hide"),        STR_INIT("toggle"),
    STR_INIT("change"),       STR_INIT("has"),         STR_INIT("is"),
    STR_INIT("no"),           STR_INIT("use"),         STR_INIT("enter"),
    STR_INIT("require"),      STR_INIT("requires"),    STR_INIT("required"),
    STR_INIT("need"),         STR_INIT("needs"),       STR_INIT("max"),
    STR_INIT("min"),          STR_INIT("num"),         STR_INIT("error"),
    STR_INIT("err"),          STR_INIT("label"),       STR_INIT("lbl"),
    STR_INIT("placeholder"),  STR_INIT("msg"),         STR_INIT("msgid"),
    STR_INIT("without"),      STR_INIT("enable"),      STR_INIT("disable"),
    STR_INIT("allow"),        STR_INIT("bad"),         STR_INIT("hashed"),
    STR_INIT("syntax"),       STR_INIT("lexer"),       STR_INIT("fake"),
    STR_INIT("dummy"),        STR_INIT("mock"),        STR_INIT("example"),
    STR_INIT("sample"),       STR_INIT("stop"),        STR_INIT("eos"),
    STR_INIT("bos"),          STR_INIT("pad"),         STR_INIT("mask"),
    STR_INIT("sort"),         STR_INIT("partition"),   STR_INIT("cache"),
    STR_INIT("i18n"),         STR_INIT("unk"),         STR_INIT("sep"),
};

/* Whose it is: then a word alone may be the secret. */
static const str owner_words[] = {
    STR_INIT("db"),      STR_INIT("database"),   STR_INIT("mysql"),      STR_INIT("postgres"),
    STR_INIT("pg"),      STR_INIT("postgresql"), STR_INIT("redis"),      STR_INIT("smtp"),
    STR_INIT("mail"),    STR_INIT("admin"),      STR_INIT("root"),       STR_INIT("ftp"),
    STR_INIT("sftp"),    STR_INIT("ldap"),       STR_INIT("sudo"),       STR_INIT("mongo"),
    STR_INIT("mongodb"), STR_INIT("rabbitmq"),   STR_INIT("ssh"),        STR_INIT("vpn"),
    STR_INIT("wifi"),    STR_INIT("keystore"),   STR_INIT("truststore"), STR_INIT("datasource"),
    STR_INIT("email"),   STR_INIT("server"),     STR_INIT("proxy"),      STR_INIT("sa"),
    STR_INIT("mssql"),   STR_INIT("oracle"),     STR_INIT("elastic"),    STR_INIT("grafana"),
    STR_INIT("jdbc"),    STR_INIT("imap"),       STR_INIT("bind"),       STR_INIT("amqp"),
    STR_INIT("psk"),     STR_INIT("wpa"),        STR_INIT("kafka"),      STR_INIT("nexus"),
    STR_INIT("jenkins"), STR_INIT("docker"),     STR_INIT("registry"),   STR_INIT("mariadb"),
    STR_INIT("oper"),    STR_INIT("rcon"),       STR_INIT("sql"),
};

static bool has_end(const str *list, size_t count, str word)
{
    for (size_t i = 0; i < count; i++) {
        if (word.n >= list[i].n && str_ieq(str_slice(word, word.n - list[i].n, word.n), list[i])) {
            return true;
        }
    }
    return false;
}

static bool is_password_word(str word)
{
    if (LIST_HAS(password_words, word) ||
        has_end(password_ends, sizeof password_ends / sizeof *password_ends, word)) {
        return true;
    }
    return (word.n > 4 && str_ieq(str_slice(word, word.n - 4, word.n), STR("pass")) &&
            LIST_HAS(pass_owners, str_slice(word, 0, word.n - 4))) ||
           (word.n > 2 && str_ieq(str_slice(word, word.n - 2, word.n), STR("pw")) &&
            LIST_HAS(pass_owners, str_slice(word, 0, word.n - 2)));
}

static bool is_token_word(str word, str before)
{
    if (LIST_HAS(token_words, word) ||
        has_end(token_ends, sizeof token_ends / sizeof *token_ends, word)) {
        return true;
    }
    return str_ieq(word, STR("key")) && LIST_HAS(key_owners, before);
}

static bool is_weak_word(str word)
{
    static const str weak[] = {STR_INIT("auth"), STR_INIT("key"),    STR_INIT("authorization"),
                               STR_INIT("salt"), STR_INIT("hash"),   STR_INIT("pin"),
                               STR_INIT("seed"), STR_INIT("cookie"), STR_INIT("signature")};
    return LIST_HAS(weak, word);
}

/* Words between which nothing may be: "access_token_secret" is one, "token_type" is none. */
static enum key_class class_of_words(const str *words, size_t count)
{
    enum key_class class = KEY_NONE;
    bool kept = false;
    for (size_t i = 0; i < count; i++) {
        str before = i ? words[i - 1] : STR_EMPTY;
        if (is_password_word(words[i])) {
            class = KEY_PASSWORD;
        } else if (is_token_word(words[i], before)) {
            class = KEY_TOKEN;
        } else if (class >= KEY_TOKEN && str_ieq(words[i], STR("base"))) {
            continue; /* secret_key_base */
        } else if (class == KEY_TOKEN && str_ieq(words[i], STR("key")) &&
                   (str_ieq(before, STR("secret")) || str_ieq(before, STR("jwt")))) {
            continue;
        } else if (class >= KEY_TOKEN && LIST_HAS(about_words, words[i])) {
            return KEY_OTHER;
        } else if (class == KEY_NONE && is_weak_word(words[i])) {
            class = KEY_WEAK;
        }
        /* keyVaultToStoreSecrets: where they are kept */
        kept |= str_ieq(words[i], STR("to")) || str_ieq(words[i], STR("from"));
        if (kept && str_ieq(words[i], STR("secrets"))) {
            return KEY_OTHER;
        }
        if (LIST_HAS(other_words, words[i])) {
            return KEY_OTHER;
        }
    }
    return class;
}

enum key_class key_class_of(str key, bool *ret_wide)
{
    str words[WORDS_MAX], rest = key, word;
    size_t count = 0;
    *ret_wide = false;
    while (count < WORDS_MAX && name_word_next(&rest, &word)) {
        if (count && str_ieq(word, STR("word")) && str_ieq(words[count - 1], STR("pass"))) {
            words[count - 1] = STR("password"); /* passWord */
            continue;
        }
        *ret_wide |= LIST_HAS(owner_words, word);
        words[count++] = word;
    }
    return class_of_words(words, count);
}
