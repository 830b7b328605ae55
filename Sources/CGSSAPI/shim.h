/* The part of GSSAPI (RFC 2744) that authentication by Kerberos needs. The library itself is opened when it is used, so that
   nothing has to be installed for the build. */
#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    size_t length;
    void *value;
} kafka_gss_buffer;

typedef struct {
    uint32_t length;
    void *elements;
} kafka_gss_oid;

/* What says where credentials are: of the krb5 library (gss_key_value_set_desc). */
typedef struct {
    const char *key;
    const char *value;
} kafka_gss_key_value;

typedef struct {
    uint32_t count;
    kafka_gss_key_value *elements;
} kafka_gss_store;

typedef void *kafka_gss_handle;

typedef uint32_t (*kafka_gss_import_name)(uint32_t *minor, kafka_gss_buffer *name, kafka_gss_oid *type, kafka_gss_handle *out);
typedef uint32_t (*kafka_gss_release_name)(uint32_t *minor, kafka_gss_handle *name);
typedef uint32_t (*kafka_gss_display_name)(
    uint32_t *minor, kafka_gss_handle name, kafka_gss_buffer *text, kafka_gss_oid **type);
typedef uint32_t (*kafka_gss_acquire_cred_from)(
    uint32_t *minor, kafka_gss_handle name, uint32_t lifetime, void *mechanisms, int usage, const kafka_gss_store *store,
    kafka_gss_handle *out, void **actual, uint32_t *actual_lifetime);
typedef uint32_t (*kafka_gss_release_cred)(uint32_t *minor, kafka_gss_handle *credentials);
typedef uint32_t (*kafka_gss_init_sec_context)(
    uint32_t *minor, kafka_gss_handle credentials, kafka_gss_handle *context, kafka_gss_handle target, kafka_gss_oid *mechanism,
    uint32_t flags, uint32_t lifetime, void *bindings, kafka_gss_buffer *input, kafka_gss_oid **actual,
    kafka_gss_buffer *output, uint32_t *actual_flags, uint32_t *actual_lifetime);
typedef uint32_t (*kafka_gss_inquire_context)(
    uint32_t *minor, kafka_gss_handle context, kafka_gss_handle *source, kafka_gss_handle *target, uint32_t *lifetime,
    kafka_gss_oid **mechanism, uint32_t *flags, int *is_own, int *is_open);
typedef uint32_t (*kafka_gss_delete_sec_context)(uint32_t *minor, kafka_gss_handle *context, kafka_gss_buffer *output);
typedef uint32_t (*kafka_gss_wrap)(
    uint32_t *minor, kafka_gss_handle context, int is_secret, uint32_t quality, kafka_gss_buffer *input, int *was_secret,
    kafka_gss_buffer *output);
typedef uint32_t (*kafka_gss_unwrap)(
    uint32_t *minor, kafka_gss_handle context, kafka_gss_buffer *input, kafka_gss_buffer *output, int *was_secret,
    uint32_t *quality);
typedef uint32_t (*kafka_gss_display_status)(
    uint32_t *minor, uint32_t status, int type, kafka_gss_oid *mechanism, uint32_t *more, kafka_gss_buffer *text);
typedef uint32_t (*kafka_gss_release_buffer)(uint32_t *minor, kafka_gss_buffer *buffer);
