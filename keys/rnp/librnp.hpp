// librnp's C objects with owners, its errors as text, and its log kept out of ours. Only this room uses librnp.
// Tested by rnp/engine_test.
#pragma once

#include "policy/base/octets.hpp"

#include <cstddef>
#include <exception>
#include <memory>
#include <rnp/rnp.h>
#include <rnp/rnp_err.h>
#include <stdexcept>
#include <string>
#include <string_view>

namespace sealgate::keys {

// Frees a C object with the function that its library has for it.
template <auto Free>
struct freed_by {
    void operator()(auto* object) const { Free(object); }
};

using rnp_ffi = std::unique_ptr<rnp_ffi_st, freed_by<&rnp_ffi_destroy>>;
using rnp_key = std::unique_ptr<rnp_key_handle_st, freed_by<&rnp_key_handle_destroy>>;
using rnp_input = std::unique_ptr<rnp_input_st, freed_by<&rnp_input_destroy>>;
using rnp_output = std::unique_ptr<rnp_output_st, freed_by<&rnp_output_destroy>>;
using rnp_encryption = std::unique_ptr<rnp_op_encrypt_st, freed_by<&rnp_op_encrypt_destroy>>;
using rnp_generation = std::unique_ptr<rnp_op_generate_st, freed_by<&rnp_op_generate_destroy>>;

class librnp_broken : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// An object that opens no file and asks nobody. This and those below throw std::bad_alloc or librnp_broken.
rnp_ffi new_ffi();

// Borrows: the octets must outlive it. Not empty.
rnp_input input_from(std::string_view octets);
rnp_input input_from(pieces_reader& reader);

// What librnp writes, appended to a writer, which has to outlive it.
class written_output {
public:
    explicit written_output(octet_writer& to);
    written_output(const written_output&) = delete;
    written_output& operator=(const written_output&) = delete;

    rnp_output_t get() const { return output_.get(); }
    // When librnp has ended: all is written. Throws what appending threw, which was an error of the operation until now.
    void close();

private:
    static bool append(void* self, const void* octets, std::size_t size);

    octet_writer& to_;
    std::exception_ptr thrown_;
    rnp_output output_;
};

// Fixed words, without content.
std::string text_of_rnp(rnp_result_t error);

// The first of these calls that fails; the others are not made.
template <class... Calls>
rnp_result_t first_error(Calls... calls) {
    rnp_result_t error = RNP_SUCCESS;
    static_cast<void>((((error = calls()) == RNP_SUCCESS) && ...));
    return error;
}

// Why the librnp that is installed must not be used; empty: it may be.
std::string problem_with_librnp();

// Before other threads are started. Debian builds librnp with its log to standard error always on, text out of certificates
// among it: from now on what a thread writes there is left out while it is quiet_librnp, and all else is written as it is.
// Throws librnp_broken where librnp does not work at all.
void prepare_librnp();

// What stands around calls of librnp.
class quiet_librnp {
public:
    quiet_librnp();
    ~quiet_librnp();
    quiet_librnp(const quiet_librnp&) = delete;
    quiet_librnp& operator=(const quiet_librnp&) = delete;

private:
    bool before_;
};

} // namespace sealgate::keys
