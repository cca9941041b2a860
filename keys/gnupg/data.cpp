#include "keys/gnupg/data.hpp"

#include "keys/gnupg/gpg.hpp"

#include <cerrno>
#include <string>
#include <utility>

namespace sealgate::keys {

namespace {

owned<gpgme_data_t> owner_of(gpgme_error_t error, gpgme_data_t data) {
    if (error != 0) throw gpg_broken("cannot exchange data with gpg: " + text_of(error));
    return owned<gpgme_data_t>(data);
}

} // namespace

gpg_input::gpg_input(const octet_pieces& pieces)
    : reader_(std::make_unique<pieces_reader>(pieces)) {
    static gpgme_data_cbs calls{.read = &read, .write = nullptr, .seek = nullptr, .release = nullptr};
    gpgme_data_t data = nullptr;
    const auto error = gpgme_data_new_from_cbs(&data, &calls, reader_.get());
    data_ = owner_of(error, data);
}

gpg_input::gpg_input(std::string_view octets) {
    gpgme_data_t data = nullptr;
    const auto error = gpgme_data_new_from_mem(&data, octets.data(), octets.size(), 0);
    data_ = owner_of(error, data);
}

ssize_t gpg_input::read(void* reader, void* to, std::size_t room) {
    return static_cast<ssize_t>(static_cast<pieces_reader*>(reader)->read(static_cast<char*>(to), room));
}

gpg_output::gpg_output(std::unique_ptr<octet_writer> to)
    : to_(std::move(to)) {
    static gpgme_data_cbs calls{.read = nullptr, .write = &write, .seek = nullptr, .release = nullptr};
    gpgme_data_t data = nullptr;
    const auto error = gpgme_data_new_from_cbs(&data, &calls, this);
    data_ = owner_of(error, data);
}

// GPGME is C: nothing may be thrown through it.
ssize_t gpg_output::write(void* self, const void* octets, std::size_t size) {
    auto& of = *static_cast<gpg_output*>(self);
    try {
        of.to_->append({static_cast<const char*>(octets), size});
        return static_cast<ssize_t>(size);
    } catch (...) {
        of.thrown_ = std::current_exception();
        errno = EIO;
        return -1;
    }
}

void gpg_output::throw_what_was_thrown() const {
    if (thrown_) std::rethrow_exception(thrown_);
}

octets gpg_output::finish() {
    throw_what_was_thrown();
    return to_->finish();
}

} // namespace sealgate::keys
