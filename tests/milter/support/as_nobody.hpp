// The superuser reads everything; tests of what may not be read give that up for a while. Others may not be root: then nothing
// changes. Aborts where root does not come back.
#pragma once

#include <cstdlib>
#include <unistd.h>

namespace sealgate::milter {

class as_nobody {
public:
    as_nobody() {
        if (is_root) is_changed = ::seteuid(65534) == 0;
    }
    ~as_nobody() {
        if (is_changed && ::seteuid(0) != 0) std::abort();
    }
    as_nobody(const as_nobody&) = delete;
    as_nobody& operator=(const as_nobody&) = delete;

private:
    bool is_root = ::geteuid() == 0, is_changed = false;
};

} // namespace sealgate::milter
