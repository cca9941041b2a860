#include "milter/sinks/connection.hpp"

#include "policy/base/text.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <iterator>
#include <libpq-fe.h>
#include <poll.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace sealgate::milter {

namespace {

using std::chrono::steady_clock;
using result = std::unique_ptr<PGresult, decltype(&PQclear)>;

// Several lines of libpq as one.
std::string one_line(const char* said) {
    std::string out;
    for (const auto line : text::split(said, '\n'))
        if (const auto words = text::trim(line); !words.empty()) out += (out.empty() ? "" : "; ") + std::string(words);
    return text::printable(out, 500);
}

// What the URL does not say. A connection that is dead is noticed, also while nothing is sent and while an answer is awaited.
constexpr const char* names[] = {"application_name", "client_encoding",  "keepalives", "keepalives_idle", "keepalives_interval",
                                 "keepalives_count", "tcp_user_timeout", "options",    "dbname",          nullptr};

constexpr const char* of_gateway = "-c statement_timeout=60s -c lock_timeout=30s -c idle_in_transaction_session_timeout=60s";
constexpr const char* of_reader = "-c default_transaction_read_only=on -c lock_timeout=30s";

std::array<const char*, std::size(names)> values(const std::string& url, database_use use) {
    return {"sealgate",  "UTF8", "1", "10", "5", "3", "15000", use == database_use::by_gateway ? of_gateway : of_reader,
            url.c_str(), nullptr};
}

database_row row_in(const PGresult& answer, int row) {
    database_row out;
    for (int column = 0; column < PQnfields(&answer); ++column) {
        const bool is_null = PQgetisnull(&answer, row, column) == 1;
        const auto octets = static_cast<std::size_t>(PQgetlength(&answer, row, column));
        out.push_back(is_null ? std::nullopt : database_text(std::string(PQgetvalue(&answer, row, column), octets)));
    }
    return out;
}

database_error error_of(const PGresult& answer) {
    const auto* field = PQresultErrorField(&answer, PG_DIAG_SQLSTATE);
    const std::string state = field ? field : "";
    const bool lacks_something = state == "42883" || state == "42P01" || state == "3F000"; // a function, a table, a schema
    return {one_line(PQresultErrorMessage(&answer)) +
                (lacks_something ? "; sealgate.sql of this version has to be run in that database" : ""),
            state};
}

} // namespace

void forget_environment() {
    std::vector<std::string> names_of_libpq;
    for (auto* const* one = environ; *one != nullptr; ++one)
        if (const std::string_view entry(*one); entry.starts_with("PG"))
            names_of_libpq.emplace_back(entry.substr(0, entry.find('=')));
    for (const auto& name : names_of_libpq) ::unsetenv(name.c_str());
}

database_connection::database_connection(const std::string& url, int stop, std::chrono::seconds patience, database_use use)
    : connection_(PQconnectStartParams(names, values(url, use).data(), 1), &PQfinish)
    , stop_(stop)
    , patience_(patience) {
    if (!connection_) throw std::bad_alloc();
    if (PQstatus(connection_.get()) == CONNECTION_BAD) fail("cannot connect");
    const auto until = steady_clock::now() + patience_;
    for (auto state = PGRES_POLLING_WRITING; state != PGRES_POLLING_OK; state = PQconnectPoll(connection_.get())) {
        if (state == PGRES_POLLING_FAILED) fail("cannot connect");
        wait(state == PGRES_POLLING_READING ? POLLIN : POLLOUT, until);
    }
    PQsetnonblocking(connection_.get(), 1);
    PQsetNoticeProcessor(
        connection_.get(), [](void*, const char*) {}, nullptr);
}

database_connection::~database_connection() = default;

void database_connection::fail(const std::string& doing) {
    throw database_error(doing + ": " + one_line(PQerrorMessage(connection_.get())), {});
}

void database_connection::wait(short events, steady_clock::time_point until) {
    if (!wait_until(events, until)) throw database_error("no answer within " + std::to_string(patience_.count()) + " s", {});
}

// False: it is time.
bool database_connection::wait_until(short events, steady_clock::time_point until) {
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - steady_clock::now());
        if (left.count() <= 0) return false;
        pollfd waits[] = {{.fd = PQsocket(connection_.get()), .events = events, .revents = 0},
                          {.fd = stop_, .events = POLLIN, .revents = 0}};
        const auto ready = ::poll(waits, std::size(waits), static_cast<int>(left.count()));
        if (ready < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "poll");
        if (waits[1].revents != 0) throw stopped{};
        if (ready > 0 && waits[0].revents != 0) return true;
    }
}

void database_connection::send(const char* statement, std::span<const database_text> parameters, cells form) {
    std::vector<const char*> texts;
    for (const auto& one : parameters) texts.push_back(one ? one->c_str() : nullptr);
    auto* to = connection_.get();
    if (PQsendQueryParams(to, statement, static_cast<int>(texts.size()), nullptr, texts.data(), nullptr, nullptr,
                          form == cells::as_octets ? 1 : 0) != 1)
        fail("cannot ask");
    if (form == cells::as_octets) PQsetSingleRowMode(to);
    // Much may be sent over a slow line: as long as some goes on, it is waited for.
    for (auto unsent = PQflush(to); unsent != 0; unsent = PQflush(to)) {
        if (unsent < 0) fail("cannot ask");
        wait(POLLIN | POLLOUT, steady_clock::now() + patience_);
        if (PQconsumeInput(to) != 1) fail("cannot ask");
    }
}

std::vector<database_row> database_connection::ask(const char* statement, std::span<const database_text> parameters) {
    send(statement, parameters, cells::as_text);
    auto* to = connection_.get();
    const auto until = steady_clock::now() + patience_;
    std::vector<database_row> rows;
    std::optional<database_error> error;
    constexpr int most_reads = 1000; // an answer of ours is short, whatever a server would like us to keep
    for (int reads = 0;;) {
        while (PQisBusy(to)) {
            wait(POLLIN, until);
            if (PQconsumeInput(to) != 1 || ++reads > most_reads) fail("no answer");
        }
        const result answer(PQgetResult(to), &PQclear);
        if (!answer) break;
        const auto status = PQresultStatus(answer.get());
        if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
            if (status != PGRES_FATAL_ERROR) fail("an answer to another question");
            if (!error) error = error_of(*answer);
            continue;
        }
        for (int row = 0; row < PQntuples(answer.get()); ++row) rows.push_back(row_in(*answer, row));
    }
    if (error) throw *error;
    return rows;
}

void database_connection::begin(const char* statement, std::span<const database_text> parameters) {
    send(statement, parameters, cells::as_octets);
}

std::optional<database_row> database_connection::next_row() {
    auto* from = connection_.get();
    for (;;) {
        while (PQisBusy(from)) {
            wait(POLLIN, steady_clock::now() + patience_);
            if (PQconsumeInput(from) != 1) fail("no answer");
        }
        const result answer(PQgetResult(from), &PQclear);
        if (!answer) return std::nullopt;
        switch (PQresultStatus(answer.get())) {
        case PGRES_SINGLE_TUPLE: return row_in(*answer, 0);
        case PGRES_TUPLES_OK: break; // behind the last row
        case PGRES_FATAL_ERROR: throw error_of(*answer);
        default: fail("an answer to another question");
        }
    }
}

void database_connection::listen(const std::string& channel) { ask(("LISTEN " + channel).c_str()); }

bool database_connection::await_notice(std::chrono::milliseconds most, std::string_view own) {
    auto* from = connection_.get();
    const auto until = steady_clock::now() + most;
    bool is_told = false;
    for (;;) {
        if (PQconsumeInput(from) != 1) fail("the connection has ended");
        while (auto* notice = PQnotifies(from)) {
            if (notice->extra != own) is_told = true;
            PQfreemem(notice);
        }
        if (is_told || !wait_until(POLLIN, until)) return is_told;
    }
}

bool is_database_text(std::string_view octets) { return text::is_utf8(octets) && !octets.contains('\0'); }

std::uint64_t number_in(const database_text& cell) { return text::whole_number(cell.value_or("")).value_or(0); }

std::string array_of(std::span<const database_text> elements) {
    std::string out = "{";
    for (const auto& one : elements) {
        if (out.size() > 1) out += ',';
        if (!one) {
            out += "NULL";
            continue;
        }
        out += '"';
        for (const char c : *one) {
            if (c == '"' || c == '\\') out += '\\';
            out += c;
        }
        out += '"';
    }
    return out + "}";
}

} // namespace sealgate::milter
