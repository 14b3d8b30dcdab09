// A function gives its value on all paths.
bit<8> f(in bit<8> x) {
    if (x == 1) { return 2; }
}
bit<8> g(in bit<8> x) {
    if (x == 1) { return 2; } else { return 3; }
}
