#include "milter/gateway/sealed_envelope.hpp"

#include "keys/base/files.hpp"
#include "milter/base/decision_id.hpp"

#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <string_view>
#include <utility>

namespace sealgate::milter {

namespace fs = std::filesystem;

class sealed_envelope::file {
public:
    file(fs::path path, std::string_view content)
        : path_(std::move(path)) {
        const keys::open_file made(path_, O_WRONLY | O_CREAT | O_EXCL);
        try {
            made.write_all(content);
        } catch (const std::exception&) {
            remove();
            throw;
        }
    }
    ~file() { remove(); }
    file(const file&) = delete;
    file& operator=(const file&) = delete;

    std::string content() const { return keys::read_file(path_, SIZE_MAX); }

private:
    void remove() const {
        std::error_code ignored; // what stays goes at the next start
        fs::remove(path_, ignored);
    }

    fs::path path_;
};

sealed_envelope::sealed_envelope(keys::pgp_mime_envelope envelope)
    : body_size_(envelope.body.size())
    , held_(std::move(envelope)) {}

sealed_envelope::sealed_envelope(keys::pgp_mime_envelope envelope, const fs::path& directory)
    : body_size_(envelope.body.size())
    , held_(std::move(envelope)) {
    constexpr std::size_t large = 64 * 1024; // octets
    if (held_.body.size() < large) return;
    body_ = std::make_shared<const file>(directory / (new_decision_id() + ".sealed"), held_.body);
    std::string().swap(held_.body); // an assignment would keep the memory
}

keys::pgp_mime_envelope sealed_envelope::envelope() const {
    auto out = held_;
    if (body_) out.body = body_->content();
    return out;
}

} // namespace sealgate::milter
