// Macros that write tables.
#include <v1model.p4>
#define SLOT(N, W) \
    action set_##N(bit<W> v) { m.f##N = v; } \
    table t_##N { key = { m.f##N: exact; } actions = { set_##N; NoAction; } }
#define APPLY(N) t_##N.apply();
struct headers_t { }
struct metadata_t { bit<8> f0; bit<16> f1; }
parser P(packet_in b, out headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    state start { transition accept; }
}
control V(inout headers_t h, inout metadata_t m) { apply { } }
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    SLOT(0, 8) SLOT(1, 16)
    apply {
#if defined(NOT_THERE)
        nonsense
#else
        APPLY(0) APPLY(1)
#endif
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) { apply { } }
control C(inout headers_t h, inout metadata_t m) { apply { } }
control D(packet_out b, in headers_t h) { apply { } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
