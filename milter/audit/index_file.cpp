#include "milter/audit/index_file.hpp"

#include "milter/audit/file_tail.hpp"
#include "milter/audit/layout.hpp"
#include "milter/base/exception_text.hpp"
#include "policy/crypto/digest.hpp"

#include <algorithm>
#include <fcntl.h>
#include <initializer_list>
#include <limits>
#include <string_view>
#include <system_error>
#include <utility>

namespace sealgate::milter {

namespace {

namespace fs = std::filesystem;

// Another number for another form, or for other keys of the same records.
constexpr std::string_view form_number = "sealgate audit index 1";
constexpr const char* index_form =
    "CREATE TABLE IF NOT EXISTS covered (one INTEGER PRIMARY KEY, inode INTEGER, size INTEGER, written INTEGER,"
    " changed INTEGER, parts INTEGER, sum BLOB);"
    "CREATE TABLE IF NOT EXISTS part (number INTEGER PRIMARY KEY, begins INTEGER, ends INTEGER, ending BLOB, lines INTEGER,"
    " buckets INTEGER, always BLOB, hashed BLOB, sum BLOB);"
    "CREATE TABLE IF NOT EXISTS bucket (number INTEGER PRIMARY KEY, postings BLOB, sum BLOB)";

constexpr std::size_t in_a_bucket = 100; // postings, about
constexpr std::int64_t most_buckets = std::int64_t{1} << 32;
constexpr off_t ending_size = 256; // it has the hash of the last record
constexpr std::size_t place_size = 4, key_size = 8;

std::string sum_over(std::string_view what, std::initializer_list<std::int64_t> numbers,
                     std::initializer_list<std::string_view> texts) {
    std::string all(form_number);
    all.append(" ").append(what);
    for (const auto number : numbers) all.append(" ").append(std::to_string(number));
    for (const auto text : texts) all.append(" ").append(std::to_string(text.size())).append(" ").append(text);
    return sha256_hex(all);
}

std::string sum_of(const keys::file_state& state, std::int64_t parts, std::string_view sum_of_last) {
    return sum_over("covered", {state.inode, state.size, state.written, state.changed, parts}, {sum_of_last});
}

std::string sum_of_bucket(const index_part& part, std::int64_t number, std::string_view postings) {
    return sum_over("bucket", {number}, {part.sum, postings});
}

void put_number(std::string& to, std::uint64_t number, std::size_t octets) {
    for (std::size_t i = 0; i < octets; ++i) to.push_back(static_cast<char>(number >> 8 * i & 0xFF));
}

std::uint64_t number_at(std::string_view octets, std::size_t at, std::size_t size) {
    std::uint64_t out = 0;
    for (std::size_t i = size; i-- > 0;) out = out << 8 | static_cast<unsigned char>(octets[at + i]);
    return out;
}

std::string packed(const policy::places& all) {
    std::string out;
    for (const auto at : all) put_number(out, at, place_size);
    return out;
}

policy::places unpacked(std::string_view octets) {
    policy::places out;
    for (std::size_t at = 0; at + place_size <= octets.size(); at += place_size)
        out.push_back(static_cast<std::uint32_t>(number_at(octets, at, place_size)));
    return out;
}

std::string sum_of(const index_part& part, std::int64_t inode, std::string_view sum_before) {
    return sum_over("part",
                    {inode, part.number, part.begin, part.end, static_cast<std::int64_t>(part.lines.lines), part.buckets},
                    {sum_before, part.ending, packed(part.lines.always), packed(part.lines.hashed)});
}

fs::path ready_index(const fs::path& log, index_file::access wanted) {
    auto out = index_of(log);
    if (wanted == index_file::access::write) {
        if (!keys::index_may_be_written(out)) throw keys::sqlite_error("another user's directory", keys::sqlite_trouble::other);
        try {
            keys::open_file(out, O_RDWR | O_CREAT | O_NOFOLLOW); // private from the first moment
        } catch (const std::system_error& problem) {
            throw keys::sqlite_error(text_of(problem), keys::sqlite_trouble::other);
        }
    } else if (!keys::index_may_be_read(out)) {
        throw keys::sqlite_error("no index", keys::sqlite_trouble::other);
    }
    return out;
}

} // namespace

// Nothing but the index itself is ever in the log's directory: what a crash leaves half written has wrong sums.
index_file::index_file(const fs::path& log, access wanted)
    : log_(log)
    , database_(ready_index(log, wanted), wanted) {
    if (wanted == access::write) {
        database_.run("PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY");
        database_.run(index_form);
    } else {
        database_.run("BEGIN"); // one state, whoever writes meanwhile
    }
}

std::vector<index_part> index_file::read_parts(std::int64_t inode) {
    std::vector<index_part> out;
    auto row =
        database_.prepare("SELECT number, begins, ends, ending, lines, buckets, always, hashed, sum FROM part ORDER BY 1");
    off_t end = 0;
    std::string sum_before;
    while (row.step()) {
        index_part part{.number = row.number(0),
                        .begin = row.number(1),
                        .end = row.number(2),
                        .ending = std::string(row.text(3)),
                        .buckets = row.number(5),
                        .lines = {.of_values = {},
                                  .always = unpacked(row.text(6)),
                                  .hashed = unpacked(row.text(7)),
                                  .lines = static_cast<std::uint64_t>(row.number(4))},
                        .sum = std::string(row.text(8))};
        const bool follows = part.number == std::ssize(out) && part.begin == end && part.end > end && part.buckets > 0;
        if (!follows || part.sum != sum_of(part, inode, sum_before)) return {};
        end = part.end;
        sum_before = part.sum;
        out.push_back(std::move(part));
    }
    return out;
}

std::optional<std::vector<index_part>> index_file::parts_of(const keys::open_file& log) {
    auto row = database_.prepare("SELECT inode, size, written, changed, parts, sum FROM covered");
    if (!row.step())
        return database_.prepare("SELECT 1 FROM part").step() ? std::nullopt
                                                              : std::optional<std::vector<index_part>>(std::in_place);
    const keys::file_state then{
        .inode = row.number(0), .size = row.number(1), .written = row.number(2), .changed = row.number(3)};
    const auto now = keys::state_of(log.status());
    const bool has_grown = grows(log_) && then.inode == now.inode && then.size < now.size;
    if (then != now && !has_grown) return std::nullopt;
    auto parts = read_parts(then.inode);
    const bool is_whole = !parts.empty() && std::ssize(parts) == row.number(4) &&
                          row.text(5) == sum_of(then, row.number(4), parts.back().sum) && parts.back().end <= then.size;
    if (!is_whole) return std::nullopt;
    for (const auto& part : parts)
        if (ending_before(log, part.end, log_) != part.ending) return std::nullopt;
    return parts;
}

std::optional<std::string> index_file::bucket(const index_part& part, std::int64_t number) {
    if (!find_) find_.emplace(database_.prepare("SELECT postings, sum FROM bucket WHERE number = ?"));
    std::optional<std::string> out;
    if (find_->bind(1, part.number * most_buckets + number).step() &&
        find_->text(1) == sum_of_bucket(part, number, find_->text(0)))
        out.emplace(find_->text(0));
    find_->reset();
    return out;
}

std::optional<policy::places> index_file::find(const index_part& part, const std::vector<std::uint64_t>& keys) {
    policy::places out;
    for (const auto key : keys) {
        const auto octets = bucket(part, static_cast<std::int64_t>(key % static_cast<std::uint64_t>(part.buckets)));
        if (!octets) return std::nullopt;
        for (std::size_t at = 0; at + key_size + place_size <= octets->size(); at += key_size + place_size)
            if (number_at(*octets, at, key_size) == key)
                out.push_back(static_cast<std::uint32_t>(number_at(*octets, at + key_size, place_size)));
    }
    std::ranges::sort(out);
    out.erase(std::ranges::unique(out).begin(), out.end());
    return out;
}

bool index_file::is_whole(const std::vector<index_part>& parts) {
    for (const auto& part : parts)
        for (std::int64_t number = 0; number < part.buckets; ++number)
            if (!bucket(part, number)) return false;
    return true;
}

void index_file::add(index_part part, const keys::file_state& log) {
    database_.run("BEGIN IMMEDIATE");
    const auto before = read_parts(log.inode);
    part.number = std::ssize(before);
    if ((before.empty() ? 0 : before.back().end) != part.begin)
        throw keys::sqlite_error("somebody else adds to it", keys::sqlite_trouble::other);
    part.buckets = static_cast<std::int64_t>(part.lines.of_values.size() / in_a_bucket) + 1;
    part.sum = sum_of(part, log.inode, before.empty() ? "" : before.back().sum);
    add_buckets(part);
    const auto always = packed(part.lines.always), hashed = packed(part.lines.hashed);
    auto row = database_.prepare("INSERT INTO part VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    row.bind(1, part.number).bind(2, part.begin).bind(3, part.end).bind(4, part.ending);
    row.bind(5, static_cast<std::int64_t>(part.lines.lines)).bind(6, part.buckets).bind(7, always).bind(8, hashed);
    row.bind(9, part.sum).step();
    const auto sum = sum_of(log, part.number + 1, part.sum);
    auto whole = database_.prepare("INSERT OR REPLACE INTO covered VALUES (1, ?, ?, ?, ?, ?, ?)");
    whole.bind(1, log.inode).bind(2, log.size).bind(3, log.written).bind(4, log.changed).bind(5, part.number + 1);
    whole.bind(6, sum).step();
    database_.run("COMMIT");
}

void index_file::add_buckets(const index_part& part) {
    std::vector<std::string> buckets(static_cast<std::size_t>(part.buckets));
    for (const auto& one : part.lines.of_values) {
        auto& octets = buckets[one.key % buckets.size()];
        put_number(octets, one.key, key_size);
        put_number(octets, one.at, place_size);
    }
    auto row = database_.prepare("INSERT INTO bucket VALUES (?, ?, ?)");
    for (std::int64_t number = 0; number < part.buckets; ++number) {
        const auto& octets = buckets[static_cast<std::size_t>(number)];
        const auto sum = sum_of_bucket(part, number, octets);
        row.bind(1, part.number * most_buckets + number).bind(2, octets).bind(3, sum).step();
        row.reset();
    }
}

void forget_index(const fs::path& log) {
    std::error_code ignored;
    fs::remove(index_of(log), ignored);
}

std::string ending_before(const keys::open_file& log, off_t end, const fs::path& path) {
    return read_range(log.descriptor(), std::max<off_t>(0, end - ending_size), end, path);
}

} // namespace sealgate::milter
