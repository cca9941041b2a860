#include "milter/base/exception_text.hpp"

#include <boost/system/system_error.hpp>

#include <cerrno>
#include <filesystem>
#include <new>
#include <stdexcept>
#include <system_error>

namespace sealgate::milter {

namespace {

// "filesystem error: cannot rename: No such file or directory [a] [b]"
std::string text_of_files(const std::filesystem::filesystem_error& problem) {
    if (!problem.path1().empty()) return "cannot use " + problem.path1().string() + ": " + problem.code().message();
    return "cannot use a file whose name is empty: " + problem.code().message();
}

// "bind: Address already in use [system:98 at /usr/include/boost/asio/…:161:5 in function '…']"
std::string text_of_network(const boost::system::system_error& problem) {
    const std::string text = problem.what();
    return text.substr(0, text.find(" [" + std::string(problem.code().category().name()) + ":"));
}

bool is_full(const std::error_code& code) {
    return code == std::errc::no_space_on_device || code == std::error_code(EDQUOT, std::generic_category()) ||
           code == std::errc::file_too_large;
}

} // namespace

bool is_about_room(const std::exception& problem) {
    if (dynamic_cast<const std::bad_alloc*>(&problem) || dynamic_cast<const std::length_error*>(&problem)) return true;
    const auto* of_system = dynamic_cast<const std::system_error*>(&problem);
    return of_system != nullptr && is_full(of_system->code());
}

std::string text_of(const std::exception& problem) {
    if (const auto* of_files = dynamic_cast<const std::filesystem::filesystem_error*>(&problem))
        return text_of_files(*of_files);
    if (const auto* network = dynamic_cast<const boost::system::system_error*>(&problem)) return text_of_network(*network);
    if (dynamic_cast<const std::bad_alloc*>(&problem) || dynamic_cast<const std::length_error*>(&problem))
        return "no memory for it";
    return problem.what();
}

std::string text_of(const std::exception_ptr& problem) {
    try {
        std::rethrow_exception(problem);
    } catch (const std::exception& e) {
        return text_of(e);
    } catch (...) {
        return "unknown exception";
    }
}

} // namespace sealgate::milter
