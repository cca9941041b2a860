// Where bodies and ciphertexts are kept while they are needed: small ones in memory, as far as the budget allows it; the others
// in files without a name, mapped. Such a file takes no memory that the kernel could not have back, and goes with its octets.
//
// Writers may be used on any thread, one at a time. A disk without room throws std::system_error.
#pragma once

#include "milter/memory/budget.hpp"
#include "policy/base/octets.hpp"

#include <cstddef>
#include <filesystem>
#include <memory>

namespace sealgate::milter {

class spool {
public:
    // The directory exists. `in_memory`: octets; what is larger goes to a file from there on. The budget outlives all octets
    // that come into being here.
    spool(std::filesystem::path directory, memory_budget& budget, std::size_t in_memory = std::size_t{2} << 20);

    // An octet_room; the spool outlives what it makes.
    std::unique_ptr<octet_writer> writer(std::size_t expected);

private:
    class writing;

    std::filesystem::path directory_;
    memory_budget& budget_;
    std::size_t in_memory_;
};

} // namespace sealgate::milter
