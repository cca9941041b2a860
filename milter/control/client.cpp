#include "milter/control/client.hpp"

#include "milter/base/as_result.hpp"
#include "milter/base/exception_text.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <exception>

namespace sealgate::milter {

namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using local = asio::local::stream_protocol;

constexpr std::size_t longest_answer = std::size_t{4} << 20;

asio::awaitable<std::string> converse(local::socket& with, std::string question) {
    auto out = asio::buffer(question);
    co_await asio::async_write(with, out, asio::use_awaitable);
    std::string answer;
    auto room = asio::dynamic_buffer(answer, longest_answer);
    co_await asio::async_read_until(with, room, '\n', asio::use_awaitable);
    co_return answer;
}

std::string why_not_connected(const std::string& socket, const boost::system::error_code& error) {
    if (error == asio::error::access_denied) return socket + ": only root and the gateway's own user may ask it";
    return "no gateway runs there (" + socket + ": " + error.message() + "); start it: systemctl start sealgate";
}

} // namespace

std::expected<json::object, std::string> ask_gateway(const std::string& socket, std::string_view question,
                                                     std::chrono::seconds patience) {
    asio::io_context io;
    local::socket with(io);
    std::string answer;
    std::exception_ptr thrown;
    try {
        boost::system::error_code error;
        with.connect(local::endpoint(socket), error);
        if (error) return std::unexpected(why_not_connected(socket, error));
        asio::co_spawn(io, converse(with, std::string(question) + "\n"),
                       [&](const std::exception_ptr& problem, std::string said) {
                           thrown = problem;
                           answer = std::move(said);
                       });
        if (io.run_for(patience); !io.stopped())
            return std::unexpected("the gateway has not answered within " + std::to_string(patience.count()) +
                                   " s; see its journal");
        if (thrown) std::rethrow_exception(thrown);
        auto read = json::parse(answer);
        return std::move(read.as_object());
    } catch (const std::exception& problem) {
        return std::unexpected(socket + ": " + text_of(problem));
    }
}

} // namespace sealgate::milter
