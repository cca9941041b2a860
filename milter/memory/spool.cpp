#include "milter/memory/spool.hpp"

#include "keys/base/files.hpp"
#include "keys/base/mapped_file.hpp"
#include "milter/base/decision_id.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sealgate::milter {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t least_claim = 16 * 1024, write_at_once = 64 * 1024; // octets

// Some file systems have no O_TMPFILE.
std::unique_ptr<keys::open_file> open_unnamed(const fs::path& directory) {
    try {
        return std::make_unique<keys::open_file>(directory, O_TMPFILE | O_RDWR);
    } catch (const std::system_error& problem) {
        if (problem.code().value() != EOPNOTSUPP && problem.code().value() != EISDIR) throw;
    }
    const auto file = directory / (new_decision_id() + ".spool");
    auto opened = std::make_unique<keys::open_file>(file, O_RDWR | O_CREAT | O_EXCL);
    fs::remove(file);
    return opened;
}

struct kept_text {
    std::string text;
    std::vector<memory_share> claimed;
};

} // namespace

class spool::writing : public octet_writer {
public:
    writing(const spool& of, std::size_t expected)
        : of_(of)
        , kept_(std::make_shared<kept_text>()) {
        if (!make_room(std::max(expected, least_claim))) move_to_file();
    }

    void append(std::string_view piece) override {
        if (!file_ && !has_room_for(piece.size())) move_to_file();
        if (file_ && kept_->text.size() + piece.size() > write_at_once) write_out();
        if (file_ && piece.size() > write_at_once)
            write(piece);
        else
            kept_->text += piece;
    }

    octets finish() override {
        if (!file_) {
            const auto seen = std::string_view(kept_->text);
            return {seen, std::move(kept_)};
        }
        write_out();
        return keys::mapped(file_->descriptor(), of_.directory_, written_);
    }

private:
    bool has_room_for(std::size_t more) {
        const auto needed = kept_->text.size() + more;
        return needed <= claimed_ || make_room(std::max(needed, std::min(2 * claimed_, of_.in_memory_)));
    }

    // For so many octets in all.
    bool make_room(std::size_t octets) {
        if (octets > of_.in_memory_) return false;
        auto share = of_.budget_.try_take(octets - claimed_);
        if (share.octets() == 0) return false;
        kept_->claimed.push_back(std::move(share));
        claimed_ = octets;
        kept_->text.reserve(octets);
        return true;
    }

    void move_to_file() {
        file_ = open_unnamed(of_.directory_);
        write_out();
        kept_ = std::make_shared<kept_text>(); // with it, what was claimed
    }

    void write_out() {
        write(kept_->text);
        kept_->text.clear();
    }

    void write(std::string_view piece) {
        file_->write_all(piece);
        written_ += piece.size();
    }

    const spool& of_;
    std::shared_ptr<kept_text> kept_;
    std::size_t claimed_ = 0;
    std::unique_ptr<keys::open_file> file_;
    std::size_t written_ = 0;
};

spool::spool(fs::path directory, memory_budget& budget, std::size_t in_memory)
    : directory_(std::move(directory))
    , budget_(budget)
    , in_memory_(in_memory) {}

std::unique_ptr<octet_writer> spool::writer(std::size_t expected) { return std::make_unique<writing>(*this, expected); }

} // namespace sealgate::milter
