// Controls and parsers are handed over when they are made, by their type.
control ct();
control full() { apply { } }
control c(ct inner) { apply { } }
control d()(full inner) { apply { } }
