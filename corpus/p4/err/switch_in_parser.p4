// Parsers have `select` in place of `switch`.
#include <core.p4>
parser p(packet_in b, in bit<8> x) {
    state start {
        switch (x) { 1: { } default: { } }
        transition accept;
    }
}
