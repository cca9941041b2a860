// Octets that nobody changes any more, and that all who hold them share: in memory, or mapped from a file, which those who read
// them need not know. And where they come into being, piece by piece. Pure: what keeps them is given by whoever makes them.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate {

class octets {
public:
    octets() = default;
    octets(std::string text); // NOLINT: a text is some
    octets(const char* text)  // NOLINT: likewise
        : octets(std::string(text)) {}
    // Seen there as long as the owner lives.
    octets(std::string_view seen, std::shared_ptr<const void> owner)
        : owner_(std::move(owner))
        , seen_(seen) {}

    std::string_view view() const { return seen_; }
    operator std::string_view() const { return seen_; } // NOLINT: to be read as text is
    std::size_t size() const { return seen_.size(); }
    bool empty() const { return seen_.empty(); }

    // Some of them, cut to those that there are. Shares them.
    octets part(std::size_t at, std::size_t count = std::string_view::npos) const { return {seen_.substr(at, count), owner_}; }

    friend bool operator==(const octets& a, const octets& b) { return a.seen_ == b.seen_; }

private:
    std::shared_ptr<const void> owner_;
    std::string_view seen_;
};

// One text, of which a large body is a piece that others hold too.
using octet_pieces = std::vector<octets>;

std::size_t size_of(const octet_pieces& pieces);
std::string joined(const octet_pieces& pieces);

// Appending may throw what keeping them throws: std::bad_alloc, or std::system_error of a disk.
class octet_writer {
public:
    octet_writer() = default;
    virtual ~octet_writer() = default;
    octet_writer(const octet_writer&) = delete;
    octet_writer& operator=(const octet_writer&) = delete;

    virtual void append(std::string_view piece) = 0;
    // All that was appended. The writer is of no further use.
    virtual octets finish() = 0;
};

// A new writer, for about so many octets.
using octet_room = std::function<std::unique_ptr<octet_writer>(std::size_t expected)>;

// In memory, however many.
std::unique_ptr<octet_writer> write_in_memory(std::size_t expected);

// An octet_pieces as those read it that want some octets at a time.
class pieces_reader {
public:
    // Borrows them.
    explicit pieces_reader(const octet_pieces& pieces)
        : pieces_(pieces) {}

    // Copies the next ones; fewer than there is room for at the end alone.
    std::size_t read(char* to, std::size_t room);

private:
    const octet_pieces& pieces_;
    std::size_t piece_ = 0, at_ = 0;
};

} // namespace sealgate
