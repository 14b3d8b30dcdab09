// `next`, `last` and `lastIndex` are of parsers.
#include <core.p4>
header h_t { bit<8> a; }
control c(inout h_t[3] s, out bit<32> x) {
    apply {
        s.next.a = 1;
        s.last.a = 2;
        x = s.lastIndex;
    }
}
