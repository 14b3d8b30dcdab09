#include <core.p4>
header h_t { bit<8> v; }
control c(inout bit<8> x, inout bit<16> y, in h_t[2] s) {
    apply {
        for (bit<8> i = 0; i + 1; i = i + 1) { }
        for (bit<8> i in y) { }
        for (bit<8> i in s) { }
        for (bool i in 0 .. 3) { }
        for (bit<8> i in 0 .. y) { }
        for (bit<8> i = 0; i < 4; i += true) { y = i; }
        break;
    }
}
