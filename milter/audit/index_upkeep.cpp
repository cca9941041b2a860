#include "milter/audit/index_upkeep.hpp"

#include "milter/audit/file_tail.hpp"
#include "milter/audit/layout.hpp"
#include "milter/base/thread_name.hpp"

#include <algorithm>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace sealgate::milter {

namespace {

namespace fs = std::filesystem;

constexpr off_t read_at_once = 256 * 1024;

// The lines of a part, in their order; memory holds one that is read for an index, and no longer one.
class part_reader {
public:
    part_reader(const keys::open_file& log, const fs::path& path, off_t begin)
        : log_(log)
        , path_(path)
        , part_{.begin = begin, .end = begin} {}

    // As far as whole lines go before `size`, and until they are as many octets as a part has. Nothing: there are none, or it
    // was stopped.
    std::optional<index_part> read(off_t size, const indexing& how) {
        while (part_.end - part_.begin < how.part && read_to() < size) {
            if (how.stop.stop_requested()) return std::nullopt;
            buffer_ += read_range(log_.descriptor(), read_to(), std::min(size, read_to() + read_at_once), path_);
            take_lines(how.part);
        }
        if (part_.end == part_.begin) return std::nullopt;
        part_.ending = ending_before(log_, part_.end, path_);
        part_.lines = std::move(builder_).take();
        return std::move(part_);
    }

private:
    off_t read_to() const { return part_.end + static_cast<off_t>(passed_over_ + buffer_.size()); }

    void take_lines(off_t most) {
        std::string_view rest(buffer_);
        for (auto end = rest.find('\n'); end != std::string_view::npos && part_.end - part_.begin < most;
             end = rest.find('\n')) {
            take_line(rest.substr(0, end));
            rest.remove_prefix(end + 1);
        }
        buffer_.erase(0, buffer_.size() - rest.size());
        if (buffer_.size() <= policy::longest_indexed || buffer_.contains('\n')) return;
        passed_over_ += buffer_.size();
        buffer_.clear();
    }

    void take_line(std::string_view line) {
        const auto at = static_cast<std::uint32_t>(part_.end - part_.begin);
        if (passed_over_ + line.size() > policy::longest_indexed)
            builder_.add_unread(at);
        else
            builder_.add(at, line);
        part_.end += static_cast<off_t>(passed_over_ + line.size() + 1);
        passed_over_ = 0;
    }

    const keys::open_file& log_;
    const fs::path& path_;
    index_part part_;
    policy::postings_builder builder_;
    std::string buffer_;
    std::size_t passed_over_ = 0; // octets of the line that buffer_ goes on with
};

bool is_settled(const keys::file_state& log, const indexing& how) {
    const std::chrono::nanoseconds now = std::chrono::system_clock::now().time_since_epoch();
    return now - std::chrono::nanoseconds(log.changed) >= how.settled;
}

struct open_index {
    index_file file;
    std::vector<index_part> parts;
};

// Nothing: it is not about this file as it is, or broken.
std::optional<open_index> open_index_of(const fs::path& log, const keys::open_file& in, const indexing& how) {
    try {
        index_file file(log, index_file::access::write);
        auto parts = file.parts_of(in);
        if (parts && (!how.from_the_ground || file.is_whole(*parts))) return open_index{std::move(file), *std::move(parts)};
    } catch (const keys::sqlite_error& problem) {
        if (problem.trouble != keys::sqlite_trouble::broken) throw;
    }
    return std::nullopt;
}

bool make_index(const fs::path& log, const indexing& how) {
    const keys::input_file in(log);
    const auto state = keys::state_of(in.status());
    if (state.size < (grows(log) ? how.least_growth : how.least)) return true;
    if (!grows(log) && !is_settled(state, how)) return false;
    // The index is open before the file is read: one that is removed meanwhile, since the file changed, stays removed.
    auto index = open_index_of(log, in, how);
    if (!index) {
        forget_index(log);
        index = open_index_of(log, in, how);
    }
    if (!index) return false;
    off_t covered = index->parts.empty() ? 0 : index->parts.back().end;
    if (grows(log) && state.size - covered < how.least_growth) return true;
    while (auto part = part_reader(in, log, covered).read(state.size, how)) {
        if (!grows(log) && keys::state_of(in.status()) != state) return false;
        covered = part->end;
        index->file.add(*std::move(part), state);
    }
    return !how.stop.stop_requested();
}

// Of the thread that calls it. Where the kernel refuses it, the work is small enough.
void give_way_to_others() {
    ::setpriority(PRIO_PROCESS, 0, 19);
    constexpr long of_thread = 1, idle = 3 << 13; // IOPRIO_WHO_PROCESS, IOPRIO_CLASS_IDLE: <linux/ioprio.h> is not everywhere
    ::syscall(SYS_ioprio_set, of_thread, 0L, idle);
}

} // namespace

bool bring_index_up_to_date(const fs::path& log, const indexing& how) {
    if (!keys::index_may_be_written(index_of(log))) return false;
    try {
        return make_index(log, how);
    } catch (const keys::sqlite_error&) { // done without
    } catch (const std::system_error&) {
    }
    return false;
}

index_upkeep::index_upkeep(fs::path directory, std::chrono::milliseconds between_looks, indexing how)
    : directory_(std::move(directory))
    , between_looks_(between_looks)
    , how_(std::move(how))
    , thread_(with_thread_name("audit-index",
                               [this] { return std::jthread([this](const std::stop_token& stop) { run(stop); }); })) {}

index_upkeep::~index_upkeep() = default;

void index_upkeep::run(const std::stop_token& stop) {
    give_way_to_others();
    while (!stop.stop_requested()) {
        try {
            look(stop);
        } catch (const std::exception&) { // no memory, or a directory that can't be read: the next look may do better
        }
        std::unique_lock lock(mutex_);
        wake_.wait_for(lock, stop, between_looks_, [] { return false; });
    }
}

void index_upkeep::look(const std::stop_token& stop) {
    for (const auto& log : log_files(directory_)) {
        if (stop.stop_requested()) return;
        if (!is_compressed(log)) look_at(log, stop);
    }
    for (const auto& stray : stray_indexes(directory_)) fs::remove(stray);
    std::erase_if(seen_, [](const auto& one) { return !fs::exists(one.first); });
}

void index_upkeep::look_at(const fs::path& log, const std::stop_token& stop) {
    const auto state = keys::state_of(log);
    if (state == keys::file_state{}) return;
    const auto seen = seen_.find(log);
    if (seen != seen_.end() && seen->second == state) return;
    auto how = how_;
    how.stop = stop;
    how.from_the_ground = seen == seen_.end();
    if (!grows(log) && !is_settled(state, how)) return;
    bring_index_up_to_date(log, how);
    if (!stop.stop_requested()) seen_.insert_or_assign(log, state);
}

} // namespace sealgate::milter
