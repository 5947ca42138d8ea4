<?php
// What people do at a WordPress, by its own functions: `php peer.php install`, or `php peer.php` with a list of steps in
// JSON on standard input, each a name and its arguments; what each of them made is told in JSON.

$_SERVER += ['HTTP_HOST' => '127.0.0.1', 'REQUEST_METHOD' => 'GET', 'SERVER_PROTOCOL' => 'HTTP/1.1'];

/** Nobody is written to. */
function wp_mail(...$letter)
{
    return true;
}

final class People
{
    const OWNER = 1;

    static function install()
    {
        wp_install('Кофейня', 'owner', 'owner@example.org', true, '', 'secret');
        update_option('permalink_structure', '/%year%/%monthnum%/%postname%/');
        flush_rewrite_rules();
    }

    static function publish($title)
    {
        $id = wp_insert_post(['post_title' => $title, 'post_status' => 'publish', 'post_author' => self::OWNER]);
        return [$id, get_permalink($id)];
    }

    static function write($post, $author, $text, $at, $parent = 0, $user = 0)
    {
        return wp_insert_comment([
            'comment_post_ID' => $post,
            'comment_author' => $author,
            'comment_content' => wp_slash($text),
            'comment_date' => $at,
            'comment_date_gmt' => $at,
            'comment_parent' => $parent,
            'user_id' => $user,
            'comment_approved' => 1,
        ]);
    }

    static function edit($id, $text)
    {
        return wp_update_comment(['comment_ID' => $id, 'comment_content' => wp_slash($text)]);
    }

    static function delete($id)
    {
        return wp_delete_comment($id, true);
    }
}

if (($argv[1] ?? '') === 'install') {
    define('WP_INSTALLING', true);
    $server = new mysqli('localhost', 'root', '', null, 0, dirname(__DIR__) . '/sql.sock');
    $server->query('CREATE DATABASE wordpress CHARACTER SET utf8mb4');
    require __DIR__ . '/wp-load.php';
    require ABSPATH . 'wp-admin/includes/upgrade.php';
    People::install();
    exit(0);
}
require __DIR__ . '/wp-load.php';
$steps = json_decode(stream_get_contents(STDIN));
echo json_encode(array_map(fn ($step) => People::{array_shift($step)}(...$step), $steps));
