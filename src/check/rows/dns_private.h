/* SPDX-License-Identifier: Apache-2.0 */
/* The checks of names, and what they share. */
#pragma once

#include "check/facts/dns_zone.h"
#include "check/rows/rows.h"

typedef void dns_run(const struct facts *f, struct verdict *v);

dns_run dns_resolve_apex, dns_resolve_host, dns_resolve_intent, dns_resolve_wildcard;
dns_run dns_private_address, dns_ttl, dns_stale, dns_registration_expiry;
dns_run dns_ns_lame, dns_ns_unreachable, dns_ns_single, dns_ns_same_network, dns_ns_tcp, dns_axfr;
dns_run dns_ns_serial, dns_ns_answers, dns_ns_delegation, dns_ns_glue;
dns_run dns_cname_apex, dns_cname_beside, dns_cname_chain, dns_cname_loop;
dns_run dns_dangling_cname, dns_dangling_ns, dns_dangling_mx, dns_dangling_srv, dns_dangling_a;
dns_run dns_dnssec_bogus, dns_dnssec_insecure, dns_dnssec_expiring;
dns_run dns_caa_missing, dns_caa_issuer, dns_caa_renewal, dns_caa_syntax;

/* A line of a zone file in the verdict's memory. */
str dns_line(const struct verdict *v, const struct dns_record *r);
/* "A 203.0.113.10, AAAA …": the records of the type asked for, at most eight. */
str dns_lines(const struct verdict *v, const struct dns_answer *x);
/* The CNAME record at exactly this name that anybody answered with; NULL. */
const struct dns_record *dns_alias_at(const struct facts *f, str name);
/* Adds the line that takes a record out of the zone to the fix. NULL is fine. */
void dns_fix_delete(struct verdict *v, const struct dns_record *r);

/* The zone's own NS record for a server, NULL when only the parent has one. */
const struct dns_record *dns_ns_record(const struct facts *f, struct arena *a, str server);

/* Why there is no answer, for people: "NXDOMAIN", "no answer in time". */
str dns_trouble(const struct dns_answer *x);

/* "ns1.example.net (203.0.113.53)" */
str dns_seat(const struct verdict *v, const struct dns_answer *x);

/* The next answer of an authoritative server to this question at or after *at; NULL at the end. */
const struct dns_answer *dns_server_next(const struct facts *f, str name, unsigned type, bool tcp,
                                         size_t *at);
/* The same, and the server has authority for the zone: what it says counts. */
const struct dns_answer *dns_authority_next(const struct facts *f, str name, unsigned type,
                                            size_t *at);
/* An address of a family that nothing here can reach: its servers are not judged. */
bool dns_no_way(const struct facts *f, const struct dns_answer *x);

/* The answers are bogus: told by dns.dnssec.bogus only. Adds the skip when so. */
bool dns_skip_bogus(const struct facts *f, struct verdict *v, str name);

/* A name's chain comes back to itself. */
bool dns_loops(const struct facts *f, struct arena *a, str name);
/* A name is an alias of one that does not exist. */
bool dns_dangles(const struct facts *f, struct arena *a, str name);

/* The record with type A or AAAA, whatever family the address has. */
const char *dns_addr_type(const struct addr *a);
