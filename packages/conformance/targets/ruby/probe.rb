# The routes of the probe contract with the extension fcgi:
#   fcgi conformance --spawn 'ruby probe.rb'
# /exit is not offered: the extension has no way to set appStatus.

require 'fcgi'

LETTERS = ('a'..'z').to_a.join
TEXT = "Content-Type: text/plain\r\n"

def answer(request)
  env = request.env
  query = env['QUERY_STRING'] || ''
  number = query.to_i
  case env['PATH_INFO']
  when '/echo' then "#{TEXT}\r\n".b + (request.in.read || '').b
  when '/param'
    value = env[query]
    value.nil? ? "Status: 404 Not Found\r\n#{TEXT}\r\nabsent" : "#{TEXT}\r\n".b + value.b
  when '/big'
    body = env['REQUEST_METHOD'] == 'HEAD' ? '' : (LETTERS * (number / 26 + 1))[0, number]
    "#{TEXT}\r\n#{body}"
  when '/slow'
    sleep(number / 1000.0)
    "#{TEXT}\r\nslow"
  when '/early' then "#{TEXT}\r\nearly"
  when '/partial'
    request.in.read(number)
    "#{TEXT}\r\npartial"
  when '/nothing' then "#{TEXT}\r\n"
  when '/status'
    "Status: #{number} Probe\r\n#{TEXT}\r\n#{[204, 304].include?(number) ? '' : 'status'}"
  when '/redirect' then "Status: 302 Found\r\nLocation: http://localhost/elsewhere\r\n\r\n"
  when '/cookies' then "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n#{TEXT}\r\ncookies"
  when '/stderr'
    request.err.print('E' * number)
    "#{TEXT}\r\nstderr"
  when '/exit' then "Status: 501 Not Implemented\r\n#{TEXT}\r\n"
  else "#{TEXT}\r\nprobe"
  end
end

FCGI.each do |request|
  request.out.print(answer(request))
  request.finish
end
