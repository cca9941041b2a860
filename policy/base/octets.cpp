#include "policy/base/octets.hpp"

#include <algorithm>
#include <utility>

namespace sealgate {

namespace {

class memory_writer : public octet_writer {
public:
    explicit memory_writer(std::size_t expected) { text_.reserve(expected); }

    void append(std::string_view piece) override { text_ += piece; }
    octets finish() override { return std::move(text_); }

private:
    std::string text_;
};

} // namespace

octets::octets(std::string text) {
    const auto kept = std::make_shared<const std::string>(std::move(text));
    seen_ = *kept;
    owner_ = kept;
}

std::size_t size_of(const octet_pieces& pieces) {
    std::size_t size = 0;
    for (const auto& piece : pieces) size += piece.size();
    return size;
}

std::string joined(const octet_pieces& pieces) {
    std::string out;
    out.reserve(size_of(pieces));
    for (const auto& piece : pieces) out += piece.view();
    return out;
}

std::unique_ptr<octet_writer> write_in_memory(std::size_t expected) { return std::make_unique<memory_writer>(expected); }

std::size_t pieces_reader::read(char* to, std::size_t room) {
    std::size_t count = 0;
    while (count < room && piece_ < pieces_.size()) {
        const auto rest = pieces_[piece_].view().substr(at_);
        const auto taken = rest.copy(to + count, room - count);
        count += taken;
        at_ += taken;
        if (taken == rest.size()) ++piece_, at_ = 0;
    }
    return count;
}

} // namespace sealgate
