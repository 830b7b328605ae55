#include <netinet/in.h>

#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>
#include <stdint.h>

/* The resolver's functions are macros, which Swift does not import, and its state is a structure that only they understand. */

/* Asks for the SRV records of a whole name, without the machine's search domains. May take as long as the resolver's own
   settings say. Gives the answer's length, or -1 and the reason: HOST_NOT_FOUND, NO_DATA, TRY_AGAIN or NO_RECOVERY. */
static inline int resolver_query_services(const char *name, uint8_t *answer, int capacity, int *reason) {
    struct __res_state state = {0};
    if (res_ninit(&state) != 0) {
        *reason = NO_RECOVERY;
        return -1;
    }
    int length = res_nquery(&state, name, ns_c_in, ns_t_srv, answer, capacity);
    *reason = state.res_h_errno;
#ifdef __APPLE__
    res_ndestroy(&state);
#else
    res_nclose(&state);
#endif
    return length > capacity ? capacity : length;
}

/* Gives the number of records in an answer, or -1 when its sections are not as its header says. The message refers to the
   answer's bytes. */
static inline int resolver_open(ns_msg *message, const uint8_t *answer, int length) {
    return ns_initparse(answer, length, message) == 0 ? ns_msg_count(*message, ns_s_an) : -1;
}

typedef struct {
    uint16_t priority, weight, port;
} resolver_service;

/* Reads the record of an index. The target is a name without its last dot, empty for the root. Gives 1, 0 for a record of
   another type, or -1 for one that is malformed. */
static inline int resolver_read_service(
    ns_msg *message, int index, resolver_service *service, char *target, int capacity
) {
    ns_rr record;
    if (ns_parserr(message, ns_s_an, index, &record) != 0) return -1;
    if (ns_rr_type(record) != ns_t_srv || ns_rr_class(record) != ns_c_in) return 0;
    const uint8_t *data = ns_rr_rdata(record);
    if (ns_rr_rdlen(record) < 7) return -1;
    service->priority = ns_get16(data);
    service->weight = ns_get16(data + 2);
    service->port = ns_get16(data + 4);
    int length = dn_expand(ns_msg_base(*message), ns_msg_end(*message), data + 6, target, capacity);
    return length == ns_rr_rdlen(record) - 6 ? 1 : -1;
}
