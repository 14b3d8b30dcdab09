// Each value has one case, and `default` is the last.
#include <core.p4>
control c(in bit<8> x, inout bit<8> y) {
    apply {
        switch (x) { 1: { y = 1; } 2: { y = 2; } 0x1: { y = 3; } }
        switch (x) { default: { y = 1; } 2: { y = 2; } }
        switch (x) { 1: { } default: { y = 1; } default: { y = 2; } }
    }
}
