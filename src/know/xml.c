/* SPDX-License-Identifier: Apache-2.0 */
#include "know/xml.h"

#include <libxml/xmlreader.h>

#include "base/mem.h"

struct xml_reader {
    xmlTextReaderPtr reader;
    enum xml_event event;
    bool empty; /* the CLOSE of an empty element is due */
    enum format_fault fault;
};

static void ignore_message(void *user, xmlErrorPtr message)
{
    (void)user;
    (void)message;
}

enum format_fault xml_open(str text, struct xml_reader **ret)
{
    if (str_find(text, STR("<!DOCTYPE"), 0) != SIZE_MAX ||
        str_find(text, STR("<!ENTITY"), 0) != SIZE_MAX) {
        return FORMAT_DAMAGED; /* none of the formats has them; entity bombs do */
    }
    struct xml_reader *x = mem_alloc(sizeof(*x));
    if (!x || text.n > INT32_MAX) {
        mem_free(x);
        return x ? FORMAT_TOO_LARGE : FORMAT_NO_MEMORY;
    }
    xmlSetStructuredErrorFunc(NULL, ignore_message);
    x->reader = xmlReaderForMemory(text.p, (int)text.n, NULL, NULL,
                                   XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
                                       XML_PARSE_COMPACT);
    if (!x->reader) {
        mem_free(x);
        return FORMAT_NO_MEMORY;
    }
    *ret = x;
    return FORMAT_NONE;
}

void xml_close(struct xml_reader *x)
{
    if (x) {
        xmlFreeTextReader(x->reader);
        mem_free(x);
    }
}

bool xml_next(struct xml_reader *x)
{
    if (x->empty) {
        x->empty = false;
        x->event = XML_EVENT_CLOSE;
        return true;
    }
    for (;;) {
        int got = xmlTextReaderRead(x->reader);
        if (got != 1) {
            x->fault = got == 0 ? x->fault : FORMAT_DAMAGED;
            return false;
        }
        switch (xmlTextReaderNodeType(x->reader)) {
        case XML_READER_TYPE_ELEMENT:
            x->event = XML_EVENT_OPEN;
            x->empty = xmlTextReaderIsEmptyElement(x->reader) == 1;
            return true;
        case XML_READER_TYPE_END_ELEMENT:
            x->event = XML_EVENT_CLOSE;
            return true;
        case XML_READER_TYPE_TEXT:
        case XML_READER_TYPE_CDATA:
        case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
            x->event = XML_EVENT_TEXT;
            return true;
        case XML_READER_TYPE_DOCUMENT_TYPE:
        case XML_READER_TYPE_ENTITY_REFERENCE:
            x->fault = FORMAT_DAMAGED; /* in an encoding that hid it from xml_open */
            return false;
        default:
            break;
        }
    }
}

enum xml_event xml_event(const struct xml_reader *x) { return x->event; }

static str borrowed(const xmlChar *text) { return str_c((const char *)text); }

str xml_name(const struct xml_reader *x)
{
    const xmlChar *name = xmlTextReaderConstLocalName(x->reader);
    return borrowed(name);
}

str xml_text(const struct xml_reader *x)
{
    return x->event == XML_EVENT_TEXT ? borrowed(xmlTextReaderConstValue(x->reader)) : STR_EMPTY;
}

str xml_attribute(struct xml_reader *x, struct arena *a, const char *local_name)
{
    str found = STR_EMPTY;
    if (xmlTextReaderMoveToFirstAttribute(x->reader) != 1) {
        return found;
    }
    do {
        if (str_eq(xml_name(x), str_c(local_name))) {
            str value = arena_str(a, borrowed(xmlTextReaderConstValue(x->reader)));
            found = value.p ? value : STR_EMPTY;
            break;
        }
    } while (xmlTextReaderMoveToNextAttribute(x->reader) == 1);
    (void)xmlTextReaderMoveToElement(x->reader);
    return found;
}

enum format_fault xml_fault(const struct xml_reader *x) { return x->fault; }
