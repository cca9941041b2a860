// What goes into gpg, and what comes out of it, as GPGME wants it.
// Tested by store/store_test and sealing/seal_test.
#pragma once

#include "keys/gnupg/gpgme_values.hpp"
#include "policy/base/octets.hpp"

#include <gpgme.h>

#include <exception>
#include <memory>
#include <string_view>
#include <sys/types.h>

namespace sealgate::keys {

// Borrows: the octets must outlive it.
class gpg_input {
public:
    explicit gpg_input(const octet_pieces& pieces);
    explicit gpg_input(std::string_view octets);

    gpgme_data_t get() const { return data_.get(); }

private:
    static ssize_t read(void* reader, void* to, std::size_t room);

    std::unique_ptr<pieces_reader> reader_; // GPGME keeps a pointer to it
    owned<gpgme_data_t> data_;
};

class gpg_output {
public:
    explicit gpg_output(std::unique_ptr<octet_writer> to = write_in_memory(0));
    gpg_output(const gpg_output&) = delete;
    gpg_output& operator=(const gpg_output&) = delete;

    gpgme_data_t get() const { return data_.get(); }
    // When gpg has ended: what it wrote. Throws what keeping that threw, which was an error of the operation until now.
    void throw_what_was_thrown() const;
    octets finish();

private:
    static ssize_t write(void* self, const void* octets, std::size_t size);

    std::unique_ptr<octet_writer> to_;
    std::exception_ptr thrown_;
    owned<gpgme_data_t> data_;
};

} // namespace sealgate::keys
