// `break` and `continue` need a loop around them, in the same body.
#include <core.p4>
action outer() {
    break;
    for (bit<8> i in 1 .. 3) { if (i == 2) { continue; } }
    continue;
}
control c() {
    apply {
        for (bit<8> i = 0; i < 3; i = i + 1) { break; }
        break;
    }
}
