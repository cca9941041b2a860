// What must hold for every input: libFuzzer reports an abort, with the input.
#pragma once

#include <cstdlib>

inline void require(bool holds) {
    if (!holds) std::abort();
}
