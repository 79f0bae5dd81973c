#include "ctl/status_client.h"

#include <curl/curl.h>
#include <glog/logging.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "ctl/status_reader.h"

namespace failover {
namespace {

constexpr std::size_t kMaxBody = std::size_t{32} * 1024 * 1024;  // bytes: 10,000 tunnels take 25 MB

template <typename Value>
void Set(CURL* handle, CURLoption option, Value value) {
  CHECK_EQ(curl_easy_setopt(handle, option, value), CURLE_OK) << "option " << option;
}

std::size_t Write(const char* data, std::size_t size, std::size_t count, void* to) noexcept {
  auto& body = *static_cast<std::string*>(to);
  if (size * count > kMaxBody - body.size()) return 0;  // libcurl ends the transfer
  body.append(data, size * count);
  return size * count;
}

// The directory is the prober's: in the socket's place it could put a link to another one, to which
// root would then connect. Who changes it between this look and connect(2) still gets his way, but then
// the other socket is asked no more than GET /status.
std::expected<void, Failure> LookForSocket(const std::string& path) {
  struct stat status{};
  if (lstat(path.c_str(), &status) != 0) return std::unexpected(NoAnswer(path, errno, ""));
  if (S_ISSOCK(status.st_mode)) return {};
  const bool link = S_ISLNK(status.st_mode);
  return std::unexpected(Failure{path + ": " + (link ? "a link, not a socket" : "not a socket") +
                                     ", so nobody is asked; the prober makes a socket there; see: "
                                     "ls -l " +
                                     path + "; systemctl status failover-prober",
      kExitNoStatus});
}

}  // namespace

struct StatusClient::Curl {
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle{curl_easy_init(), &curl_easy_cleanup};
  std::array<char, CURL_ERROR_SIZE> words{};
  std::string body;
};

StatusClient::StatusClient(std::string socket)
    : socket_(std::move(socket)), curl_(std::make_unique<Curl>()) {
  CURL* handle = curl_->handle.get();
  CHECK(handle != nullptr) << "out of memory";
  Set(handle, CURLOPT_UNIX_SOCKET_PATH, socket_.c_str());
  Set(handle, CURLOPT_URL, "http://localhost/status");
  Set(handle, CURLOPT_PROTOCOLS_STR, "http");
  Set(handle, CURLOPT_PROXY, "");  // whatever the environment says
  Set(handle, CURLOPT_NOSIGNAL, 1L);
  Set(handle, CURLOPT_CONNECTTIMEOUT_MS, 2000L);
  Set(handle, CURLOPT_TIMEOUT_MS, 5000L);
  Set(handle, CURLOPT_ERRORBUFFER, curl_->words.data());
  Set(handle, CURLOPT_WRITEFUNCTION, &Write);
  Set(handle, CURLOPT_WRITEDATA, &curl_->body);
}

StatusClient::~StatusClient() = default;

std::expected<status::Status, Failure> StatusClient::Ask() {
  if (const auto socket = LookForSocket(socket_); !socket) return std::unexpected(socket.error());
  CURL* handle = curl_->handle.get();
  curl_->body.clear();
  curl_->words.fill('\0');
  const CURLcode code = curl_easy_perform(handle);
  if (code != CURLE_OK) {
    long os_error = 0;
    curl_easy_getinfo(handle, CURLINFO_OS_ERRNO, &os_error);
    const bool refused = code == CURLE_COULDNT_CONNECT;
    const std::string words = curl_->words[0] == '\0' ? curl_easy_strerror(code) : curl_->words.data();
    return std::unexpected(NoAnswer(socket_, refused ? static_cast<int>(os_error) : 0, words));
  }
  long http = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &http);
  if (http != 200) return std::unexpected(NoAnswer(socket_, 0, "HTTP status " + std::to_string(http)));
  auto parsed = ParseStatus(curl_->body);
  if (parsed) return std::move(*parsed);
  return std::unexpected(NoAnswer(socket_, 0, parsed.error().message));
}

Failure NoAnswer(const std::string& socket, int os_error, const std::string& words) {
  switch (os_error) {
    case EACCES:
    case EPERM:
      return {socket +
                  ": you may not open it; members of group failover-status may: "
                  "sudo usermod -aG failover-status $USER, then log in anew",
          kExitNotPermitted};
    case ENOENT:
      return {socket + ": not there, so the prober does not run; see: systemctl status failover-prober",
          kExitNoStatus};
    case ECONNREFUSED:
      return {socket + ": nobody listens, so the prober has ended; see: systemctl status failover-prober",
          kExitNoStatus};
    default: break;
  }
  const std::string why = os_error == 0 ? words : std::strerror(os_error);
  return {socket + ": no status: " + why + "; see: systemctl status failover-prober", kExitNoStatus};
}

}  // namespace failover
