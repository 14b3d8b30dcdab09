// A switch of values wants the core library.
control c(in bit<8> x) {
    apply {
        switch (x) { 1: { } }
    }
}
