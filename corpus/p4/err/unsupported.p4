#include <core.p4>
control c(inout bit<8> x) {
    apply {
        for (bit<8> i = 0; i < 4; i = i + 1) { x = x + i; }
        for (bit<8> j in 1 .. 4) { break; }
        x = { 1, ... };
    }
}
