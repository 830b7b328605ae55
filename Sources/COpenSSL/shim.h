#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

/* OpenSSL has these as macros, which are closed to Swift. */

static inline int kafka_tls_set_versions(SSL_CTX *context, int lowest, int highest) {
    return SSL_CTX_set_min_proto_version(context, lowest) && SSL_CTX_set_max_proto_version(context, highest);
}

static inline void kafka_tls_set_options(SSL_CTX *context) {
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
}

/* Whether the buffers of records, about 34 KiB, are given back whenever they are empty. */
static inline void kafka_tls_release_buffers(SSL *ssl, int releases) {
    if (releases) {
        SSL_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS);
    } else {
        SSL_clear_mode(ssl, SSL_MODE_RELEASE_BUFFERS);
    }
}

static inline int kafka_tls_add_chain_certificate(SSL_CTX *context, X509 *certificate) {
    return (int)SSL_CTX_add1_chain_cert(context, certificate);
}

static inline void kafka_tls_cache_sessions(SSL_CTX *context, int as_client) {
    SSL_CTX_set_session_cache_mode(
        context, as_client ? SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL : SSL_SESS_CACHE_SERVER);
}

static inline int kafka_tls_set_server_name(SSL *ssl, const char *name) {
    return (int)SSL_set_tlsext_host_name(ssl, name);
}

static inline void kafka_tls_set_user(SSL *ssl, void *user) { SSL_set_app_data(ssl, user); }

static inline void *kafka_tls_user(SSL *ssl) { return SSL_get_app_data(ssl); }

static inline void *kafka_tls_user_of_verification(X509_STORE_CTX *verification) {
    SSL *ssl = (SSL *)X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx());
    return ssl ? SSL_get_app_data(ssl) : (void *)0;
}

/* Sends new keys of TLS 1.3 with the next write; for tests. */
static inline int kafka_tls_update_keys(SSL *ssl) {
    return SSL_key_update(ssl, SSL_KEY_UPDATE_NOT_REQUESTED) == 1 && SSL_do_handshake(ssl) == 1;
}

static inline int kafka_error_library(unsigned long code) { return ERR_GET_LIB(code); }
static inline int kafka_error_reason(unsigned long code) { return ERR_GET_REASON(code); }

static inline void kafka_bio_want_read(BIO *bio) {
    BIO_clear_retry_flags(bio);
    BIO_set_retry_read(bio);
}

static inline void kafka_bio_clear_retry(BIO *bio) { BIO_clear_retry_flags(bio); }

static inline int kafka_bio_flush_command(void) { return BIO_CTRL_FLUSH; }
static inline int kafka_bio_eof_command(void) { return BIO_CTRL_EOF; }

static inline int kafka_bio_memory(BIO *bio, const char **bytes) { return (int)BIO_get_mem_data(bio, (char **)bytes); }

static inline int kafka_x509_count(STACK_OF(X509) *stack) { return sk_X509_num(stack); }
static inline X509 *kafka_x509_at(STACK_OF(X509) *stack, int index) { return sk_X509_value(stack, index); }
static inline void kafka_x509_free_all(STACK_OF(X509) *stack) { sk_X509_pop_free(stack, X509_free); }

static inline EVP_PKEY *kafka_make_key(void) { return EVP_EC_gen("P-256"); }
