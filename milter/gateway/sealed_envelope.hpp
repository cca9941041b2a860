// A ciphertext that waits until its message is decided. A mail with many hidden recipients has as many, each a third larger
// than the mail: large ones wait on disk, so that memory holds one of them at a time.
//
// Errors of the disk are std::system_error.
#pragma once

#include "keys/sealing/pgp_mime.hpp"

#include <cstddef>
#include <filesystem>
#include <memory>

namespace sealgate::milter {

class sealed_envelope {
public:
    sealed_envelope() = default;
    // In memory.
    sealed_envelope(keys::pgp_mime_envelope envelope); // NOLINT: an envelope is one
    // In a file in that directory, if it is large. The file goes with the last copy. Blocks on the disk.
    sealed_envelope(keys::pgp_mime_envelope envelope, const std::filesystem::path& directory);

    std::size_t body_size() const { return body_size_; } // octets

    // Blocks on the disk if it is there.
    keys::pgp_mime_envelope envelope() const;

private:
    class file;

    std::size_t body_size_ = 0;
    keys::pgp_mime_envelope held_; // its body is empty where that is in the file
    std::shared_ptr<const file> body_;
};

} // namespace sealgate::milter
