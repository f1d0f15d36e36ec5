/* SPDX-License-Identifier: Apache-2.0 */
/* The parsed tree of a page: what is main text and what is navigation, banner or other boilerplate.
 */
#pragma once

#include <libxml/tree.h>

#include "base/arena.h"
#include "base/err.h"

/* Elements that matter here, looked up once per node. */
#define HTML_TAGS(X)                                                                               \
    X(a)                                                                                           \
    X(abbr)                                                                                        \
    X(address)                                                                                     \
    X(area)                                                                                        \
    X(article)                                                                                     \
    X(aside)                                                                                       \
    X(base)                                                                                        \
    X(blockquote)                                                                                  \
    X(body)                                                                                        \
    X(br)                                                                                          \
    X(button)                                                                                      \
    X(canvas)                                                                                      \
    X(caption)                                                                                     \
    X(center)                                                                                      \
    X(code)                                                                                        \
    X(dd)                                                                                          \
    X(details)                                                                                     \
    X(dialog)                                                                                      \
    X(div)                                                                                         \
    X(dl)                                                                                          \
    X(dt)                                                                                          \
    X(embed)                                                                                       \
    X(fieldset)                                                                                    \
    X(figcaption)                                                                                  \
    X(figure)                                                                                      \
    X(footer)                                                                                      \
    X(form)                                                                                        \
    X(frame)                                                                                       \
    X(h1)                                                                                          \
    X(h2)                                                                                          \
    X(h3)                                                                                          \
    X(h4)                                                                                          \
    X(h5)                                                                                          \
    X(h6)                                                                                          \
    X(head)                                                                                        \
    X(header)                                                                                      \
    X(hr)                                                                                          \
    X(html)                                                                                        \
    X(iframe)                                                                                      \
    X(img)                                                                                         \
    X(input)                                                                                       \
    X(label)                                                                                       \
    X(legend)                                                                                      \
    X(li)                                                                                          \
    X(link)                                                                                        \
    X(main)                                                                                        \
    X(map)                                                                                         \
    X(meta)                                                                                        \
    X(nav)                                                                                         \
    X(noscript)                                                                                    \
    X(object)                                                                                      \
    X(ol)                                                                                          \
    X(option)                                                                                      \
    X(p)                                                                                           \
    X(picture)                                                                                     \
    X(pre)                                                                                         \
    X(samp)                                                                                        \
    X(script)                                                                                      \
    X(section)                                                                                     \
    X(select)                                                                                      \
    X(source)                                                                                      \
    X(style)                                                                                       \
    X(sub)                                                                                         \
    X(summary)                                                                                     \
    X(sup)                                                                                         \
    X(svg)                                                                                         \
    X(table)                                                                                       \
    X(tbody)                                                                                       \
    X(td)                                                                                          \
    X(template)                                                                                    \
    X(textarea)                                                                                    \
    X(tfoot)                                                                                       \
    X(th)                                                                                          \
    X(thead)                                                                                       \
    X(title)                                                                                       \
    X(tr)                                                                                          \
    X(track)                                                                                       \
    X(tt)                                                                                          \
    X(ul)                                                                                          \
    X(video)                                                                                       \
    X(audio)                                                                                       \
    X(math)

enum html_tag {
    HTML_OTHER,
#define HTML_TAG_ENUM(name) HTML_##name,
    HTML_TAGS(HTML_TAG_ENUM)
#undef HTML_TAG_ENUM
        HTML_TAG_COUNT
};

/* What is known of one element; node->_private points to it. */
struct html_node {
    enum html_tag tag;
    bool drop;   /* boilerplate, with all that is in it */
    bool layout; /* a table that only arranges things */
    bool has_heading, has_h1;
    uint32_t text;   /* bytes of text inside that is not white space, scripts left out */
    uint32_t linked; /* of them inside links */
    uint32_t links;  /* number of links */
};

/* How much is dropped. */
enum html_strictness {
    HTML_STRICT,  /* navigation, banners and what looks like them */
    HTML_LENIENT, /* scripts, navigation elements and hidden ones only */
};

/* Measures every element below root. NO_MEMORY. */
err html_measure(struct arena *a, xmlNode *root);

/* Marks what to drop and gives the element that holds the main text (of root's descendants, or
 * root). */
xmlNode *html_choose(xmlNode *root, enum html_strictness strictness);

/* Gives what html_measure noted, never NULL for elements. */
struct html_node *html_info(const xmlNode *node);

/* Borrows an attribute's value; empty when it is missing. */
str html_attribute(const xmlNode *node, const char *name);

/* Walks in document order without recursion: the next node after `node` inside `root`, or NULL;
 * *ret_left gets the number of elements that were left on the way. `into` false passes over the
 * node's children. */
xmlNode *html_next(const xmlNode *root, xmlNode *node, bool into);

static inline str html_xml(const xmlChar *text) { return str_c((const char *)text); }
