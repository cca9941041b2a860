/*
 * The filter that does nothing, as libmilter's users write it: it looks at the sender, the recipients, the header and the
 * body, waits for each to be over, and lets all pass. What it costs, any filter on libmilter costs.
 *
 *     cc -O2 noop_milter.c -lmilter -lpthread -o noop_milter && ./noop_milter unix:/run/noop.sock
 */
#include <libmilter/mfapi.h>
#include <stdio.h>
#include <sys/stat.h>

static sfsistat on_envelope(SMFICTX *context, char **arguments) {
    (void)context, (void)arguments;
    return SMFIS_CONTINUE;
}

static sfsistat on_header(SMFICTX *context, char *name, char *value) {
    (void)context, (void)name, (void)value;
    return SMFIS_CONTINUE;
}

static sfsistat on_end_of_header(SMFICTX *context) {
    (void)context;
    return SMFIS_CONTINUE;
}

static sfsistat on_body(SMFICTX *context, unsigned char *bytes, size_t size) {
    (void)context, (void)bytes, (void)size;
    return SMFIS_CONTINUE;
}

static sfsistat on_end(SMFICTX *context) {
    (void)context;
    return SMFIS_ACCEPT;
}

int main(int argc, char **argv) {
    struct smfiDesc filter = {
        .xxfi_name = "noop",
        .xxfi_version = SMFI_VERSION,
        .xxfi_envfrom = on_envelope,
        .xxfi_envrcpt = on_envelope,
        .xxfi_header = on_header,
        .xxfi_eoh = on_end_of_header,
        .xxfi_body = on_body,
        .xxfi_eom = on_end,
    };
    if (argc != 2) {
        fprintf(stderr, "usage: noop_milter unix:PATH\n");
        return 2;
    }
    umask(0); /* Postfix connects as a user of its own */
    if (smfi_setconn(argv[1]) != MI_SUCCESS || smfi_register(filter) != MI_SUCCESS) {
        fprintf(stderr, "noop_milter: cannot listen on %s\n", argv[1]);
        return 2;
    }
    return smfi_main() == MI_SUCCESS ? 0 : 1;
}
