#include "milter/journal/log.hpp"

#include "milter/journal/datagram_socket.hpp"
#include "policy/base/text.hpp"

#include <atomic>
#include <cstdlib>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace sealgate::milter {

namespace {

std::atomic<level> least_level = level::info;

// systemd.exec(5), JOURNAL_STREAM: the device and inode of what standard error is, if that is the journal.
bool is_journal_on_stderr() {
    const char* named = std::getenv("JOURNAL_STREAM");
    struct stat found {};
    if (named == nullptr || ::fstat(STDERR_FILENO, &found) != 0) return false;
    return std::to_string(found.st_dev) + ":" + std::to_string(found.st_ino) == named;
}

// One write a line, so that lines of several threads do not mix. A log nobody takes must not stop mail.
void write_line(std::string_view text) {
    const auto line = "sealgate: " + std::string(text) + "\n";
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

void log(level of, std::string_view text, const log_fields& fields) {
    static const datagram_socket journal(is_journal_on_stderr() ? "/run/systemd/journal/socket" : "");
    if (of > least_level) return;
    const auto shown = text::printable(text, 2000);
    if (!journal.is_open()) return write_line(shown);
    const bool is_taken = journal.send(journal_datagram(of, shown, fields));
    if (!is_taken && of < level::info) write_line(shown); // a journal that is behind misses decisions, and nobody waits
}

} // namespace

void set_log_level(level least) { least_level = least; }

void log_error(std::string_view text, const log_fields& fields) { log(level::error, text, fields); }
void log_warning(std::string_view text, const log_fields& fields) { log(level::warning, text, fields); }
void log_line(std::string_view text, const log_fields& fields) { log(level::notice, text, fields); }
void log_info(std::string_view text, const log_fields& fields) { log(level::info, text, fields); }

} // namespace sealgate::milter
