/* SPDX-License-Identifier: Apache-2.0 */
/* Names that are looked for when nobody names the hosts. */
#pragma once

/* Hosts that serve visitors; ended by NULL. */
extern const char *const dns_usual_hosts[];
/* Hosts that are left over or not meant for the public; ended by NULL. */
extern const char *const dns_stale_hosts[];
/* Services whose SRV records are looked at; ended by NULL. */
extern const char *const dns_usual_services[];
