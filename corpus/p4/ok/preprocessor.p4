// Conditions, macros of all kinds and line continuations.
#define VERSION 3
#define AT_LEAST(n) (VERSION >= (n))
#define FIELD(name, width) bit<width> name;
#define PASTE(a, b) a##b
#define TEXT(x) #x
#define CALL(f, ...) f(__VA_ARGS__)
#include <v1model.p4>
header h_t { bit<8> a; bit<8> b; bit<16> c; bit<32> d; }
#if AT_LEAST(2) && !defined(NOT_DEFINED)
struct made_t { FIELD(one, 8) FIELD(PASTE(t, wo), \
    16) }
#elif defined VERSION
not P4 at all
#else
neither
#endif
#ifndef VERSION
#error "the version is gone"
#endif
#undef VERSION
const string TEXTUAL = TEXT(a + b);
const bit<32> LINE = __LINE__;
struct headers_t { h_t h; h_t[3] s; }
struct metadata_t { bit<32> w; bit<8> x; bool f; made_t made; }
parser P(packet_in b, out headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    state start {
        b.extract(h.h);
        transition accept;
    }
}
control V(inout headers_t h, inout metadata_t m) { apply { } }
control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) {
    apply {
        m.made.two = 7; // a comment
        m.w = LINE; /* and another
                       one */
        CALL(log_msg, "line");
    }
}
control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) { apply { } }
control C(inout headers_t h, inout metadata_t m) { apply { } }
control D(packet_out b, in headers_t h) { apply { b.emit(h); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;
