/* SPDX-License-Identifier: Apache-2.0 */
#include "know/web_url.h"

#include "base/buf.h"

static bool is_tracking(str parameter)
{
    static const str names[] = {
        STR_INIT("fbclid"),    STR_INIT("gclid"),     STR_INIT("dclid"),      STR_INIT("msclkid"),
        STR_INIT("yclid"),     STR_INIT("gbraid"),    STR_INIT("wbraid"),     STR_INIT("igshid"),
        STR_INIT("mc_cid"),    STR_INIT("mc_eid"),    STR_INIT("_hsenc"),     STR_INIT("_hsmi"),
        STR_INIT("sessionid"), STR_INIT("phpsessid"), STR_INIT("jsessionid"), STR_INIT("_ga")};
    str name = str_slice(parameter, 0, str_find_byte(parameter, '=', 0));
    if (str_istarts(name, STR("utm_"))) {
        return true;
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (str_ieq(name, names[i])) {
            return true;
        }
    }
    return false;
}

static err clean(struct arena *a, struct url *url)
{
    url->user = STR_EMPTY;
    url->fragment = STR_EMPTY;
    if (str_empty(url->query)) {
        return ERR_NONE;
    }
    struct buf b;
    buf_init(&b, url->query.n + 1);
    str rest = url->query, parameter;
    while (str_split(&rest, '&', &parameter)) {
        if (!str_empty(parameter) && !is_tracking(parameter)) {
            buf_add(&b, b.n ? STR("&") : STR_EMPTY);
            buf_add(&b, parameter);
        }
    }
    str query = b.failed ? (str){NULL, 0} : arena_str(a, buf_str(&b));
    buf_done(&b);
    if (!query.p) {
        return err_new(ERR_NO_MEMORY, "no memory for a URL");
    }
    url->query = query;
    return ERR_NONE;
}

err web_url(struct arena *a, str text, struct url *ret)
{
    err e = url_parse(a, text, ret);
    return err_ok(e) ? clean(a, ret) : e;
}

err web_url_resolve(struct arena *a, const struct url *base, str reference, struct url *ret)
{
    err e = url_resolve(a, base, reference, ret);
    return err_ok(e) ? clean(a, ret) : e;
}

str web_url_path(struct arena *a, const struct url *url)
{
    str path = str_empty(url->query)
                   ? arena_str(a, url->path)
                   : arena_printf(a, "%.*s?%.*s", STR_ARG(url->path), STR_ARG(url->query));
    return path.p ? path : STR_EMPTY;
}

bool web_url_may_be_text(const struct url *url)
{
    static const char other[] =
        " png jpg jpeg gif webp avif svg ico bmp tif tiff css js mjs map json xml rss atom woff woff2 ttf otf eot "
        "mp3 mp4 m4a m4v ogg oga ogv wav webm avi mov zip gz tgz bz2 xz 7z rar tar iso dmg exe msi deb rpm apk bin "
        "xls xlsx ppt pptx ics vcf ";
    str path = url->path;
    size_t dot = path.n;
    while (dot && path.p[dot - 1] != '.' && path.p[dot - 1] != '/') {
        dot--;
    }
    if (dot == 0 || path.p[dot - 1] != '.' || path.n - dot > 5 || path.n == dot) {
        return true;
    }
    char key[8];
    size_t n = 0;
    key[n++] = ' ';
    for (size_t i = dot; i < path.n; i++) {
        key[n++] = str_lower(path.p[i]);
    }
    key[n++] = ' ';
    return str_find(str_n(other, sizeof(other) - 1), str_n(key, n), 0) == SIZE_MAX;
}
